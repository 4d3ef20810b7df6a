import type { ConsumeStats, OffsetWrapper } from '../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type { LogicQueueMappingItem } from '../../../codec/body/topic-queue-mapping.ts'
import type { TopicOffset } from '../../../codec/body/topic-stats.ts'
import { selectBrokerAddr } from '../cluster.ts'
import { keyOf } from '../message-queues.ts'
import type { MqAdminClient } from '../mq-admin-client.ts'
import { type LogicQueue, logicQueuesOf } from './check.ts'
import { fetchStaticTopics } from './static-topic-calls.ts'

/** Under which clients know the broker of logical queues. Source: TopicQueueMappingUtils#getMockBrokerName */
const MOCK_BROKER = '__syslo__global__'

/** Logical queues of a static topic by id; none of other topics. */
export async function fetchLogicQueues(
  admin: MqAdminClient,
  topic: string,
  { brokerDatas, topicQueueMappingByBroker }: TopicRouteData,
): Promise<Map<number, LogicQueue>> {
  if (topicQueueMappingByBroker === undefined || topicQueueMappingByBroker.size === 0) {
    return new Map()
  }
  const addresses = brokerDatas.flatMap((broker) => {
    const address = selectBrokerAddr(broker)
    return address === undefined ? [] : [[broker.brokerName, address] as const]
  })
  return logicQueuesOf(await fetchStaticTopics(admin, topic, new Map(addresses)))
}

/** The logical offsets of queues, out of those of brokers' queues. Apache: MQAdminUtils#convertPhysicalTopicStats */
export function logicTopicOffsets(
  topic: string,
  queues: ReadonlyMap<number, LogicQueue>,
  physical: readonly (readonly [MessageQueue, TopicOffset])[],
): [MessageQueue, TopicOffset][] {
  const offsets = new Map(physical.map(([queue, each]) => [keyOf(queue), each]))
  const result: [MessageQueue, TopicOffset][] = []
  for (const [id, { parts }] of queues) {
    const decided = parts.filter(({ logicOffset }) => logicOffset >= 0)
    const [first, last] = [decided[0], decided.at(-1)]
    if (first === undefined || last === undefined) continue
    const min = offsets.get(keyOf(queueOf(topic, first)))
    const max = offsets.get(keyOf(queueOf(topic, last)))
    if (min === undefined || max === undefined) continue
    result.push([
      { topic, brokerName: MOCK_BROKER, queueId: id },
      {
        lastUpdateTimestamp: max.lastUpdateTimestamp,
        maxOffset: logicOffsetOf(last, max.maxOffset),
        minOffset: logicOffsetOf(first, withinPart(first, min.minOffset)),
      },
    ])
  }
  return result
}

/** How far a group is in logical queues. Apache: MQAdminUtils#convertPhysicalConsumeStats */
export function logicConsumeOffsets(
  topic: string,
  queues: ReadonlyMap<number, LogicQueue>,
  physical: ConsumeStats['offsetTable'],
): [MessageQueue, OffsetWrapper][] {
  const offsets = new Map(physical.map(([queue, each]) => [keyOf(queue), each]))
  const result: [MessageQueue, OffsetWrapper][] = []
  for (const [id, { parts }] of queues) {
    const known = parts.toReversed().flatMap((part) => {
      const each = offsets.get(keyOf(queueOf(topic, part)))
      return each === undefined ? [] : [{ part, each }]
    })
    const consumed = known.find(({ each }) => each.consumerOffset >= 0)?.each
    const stored = known.find(({ part }) => part.logicOffset >= 0)
    if (consumed === undefined || stored === undefined) continue
    const brokerOffset = logicOffsetOf(stored.part, stored.each.brokerOffset)
    const { consumerOffset, lastTimestamp } = consumed
    const queue = { topic, brokerName: MOCK_BROKER, queueId: id }
    result.push([queue, { brokerOffset, consumerOffset, lastTimestamp, pullOffset: 0 }])
  }
  return result
}

function queueOf(topic: string, { bname, queueId }: LogicQueueMappingItem): MessageQueue {
  return { topic, brokerName: bname, queueId }
}

/** Not behind the end of a part that has ended. */
function withinPart({ startOffset, endOffset }: LogicQueueMappingItem, offset: number): number {
  return endOffset >= startOffset ? Math.min(offset, endOffset) : offset
}

function logicOffsetOf(part: LogicQueueMappingItem, offset: number): number {
  const { logicOffset, startOffset } = part
  return logicOffset + Math.max(offset - startOffset, 0)
}
