import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { getOrAdd } from '../../../common/maps.ts'
import { fetchTopicStats } from '../../broker-calls.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { examineConsumeStats } from '../../consumer-calls.ts'
import { keyOf } from '../../message-queues.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'

/** What a group has not consumed of a topic: in all, in the queue that is furthest behind, in time. Apache: tools.monitor.UndoneMsgs */
export interface UndoneMessages {
  readonly consumerGroup: string
  readonly topic: string
  readonly undoneMsgsTotal: number
  readonly undoneMsgsSingleMQ: number
  readonly undoneMsgsDelayTimeMills: number
}

type QueueOffsets = readonly [MessageQueue, OffsetWrapper]

/** By topic; none of a group without offsets. */
export async function fetchUndoneMessages(
  admin: MqAdminClient,
  consumerGroup: string,
): Promise<UndoneMessages[]> {
  const stats = await examineConsumeStats(admin, consumerGroup).catch(() => undefined)
  const byTopic = new Map<string, QueueOffsets[]>()
  for (const entry of stats?.offsetTable ?? []) {
    getOrAdd(byTopic, entry[0].topic, () => []).push(entry)
  }
  const result: UndoneMessages[] = []
  for (const [topic, queues] of byTopic) {
    const newest = await newestTimes(admin, topic).catch(() => new Map<string, number>())
    result.push({ consumerGroup, topic, ...summarize(queues, newest) })
  }
  return result
}

/** `newest`: when the last message of each queue was stored. */
function summarize(queues: readonly QueueOffsets[], newest: ReadonlyMap<string, number>) {
  let undoneMsgsTotal = 0
  let undoneMsgsSingleMQ = 0
  let undoneMsgsDelayTimeMills = 0
  for (const [queue, { brokerOffset, consumerOffset, lastTimestamp }] of queues) {
    const diff = Math.max(brokerOffset - consumerOffset, 0)
    undoneMsgsTotal += diff
    undoneMsgsSingleMQ = Math.max(undoneMsgsSingleMQ, diff)
    const delayMs = lastTimestamp > 0 ? (newest.get(keyOf(queue)) ?? 0) - lastTimestamp : 0
    undoneMsgsDelayTimeMills = Math.max(undoneMsgsDelayTimeMills, delayMs)
  }
  return { undoneMsgsTotal, undoneMsgsSingleMQ, undoneMsgsDelayTimeMills }
}

async function newestTimes(admin: MqAdminClient, topic: string): Promise<Map<string, number>> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
  const times = new Map<string, number>()
  for (const broker of brokerDatas) {
    const address = selectBrokerAddr(broker)
    if (address === undefined) continue
    const { offsetTable } = await fetchTopicStats(admin, address, topic)
    for (const [queue, { lastUpdateTimestamp }] of offsetTable) {
      times.set(keyOf(queue), lastUpdateTimestamp)
    }
  }
  return times
}
