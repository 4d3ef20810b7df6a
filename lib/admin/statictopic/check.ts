import type { LogicQueueMappingItem } from '../../../codec/body/topic-queue-mapping.ts'
import type { StaticTopics } from './static-topic.ts'

/** A logical queue: the broker to which its messages go, and its parts, the oldest first. */
export interface LogicQueue {
  readonly leader: string
  readonly parts: LogicQueueMappingItem[]
}

/** What the brokers say together. */
export interface CheckedTopic {
  readonly epoch: number
  readonly totalQueues: number
  /** By logical queue id. */
  readonly queues: ReadonlyMap<number, LogicQueue>
}

/**
 * Whether the brokers' mappings of a topic fit together.
 * @throws Error that says what does not
 *
 * Apache: remoting.protocol.statictopic.TopicQueueMappingUtils
 */
export function checkStaticTopics(topic: string, configs: StaticTopics): CheckedTopic {
  const { epoch, totalQueues } = checkEquality(topic, configs)
  const queues = logicQueuesOf(configs)
  if (queues.size !== totalQueues) {
    throw new Error(
      'The total queue number in config does not match the real hosted queues ' +
        `${totalQueues} != ${queues.size}`,
    )
  }
  for (let id = 0; id < totalQueues; id++) {
    if (!queues.has(id)) throw new Error(`The queue number ${id} is not in globalIdMap`)
  }
  checkQueuesOfBrokers(topic, configs, queues)
  return { epoch, totalQueues, queues }
}

/** Name, scope, epoch and number of queues are the same everywhere. */
function checkEquality(topic: string, configs: StaticTopics) {
  let expected: { scope: string; epoch: number; totalQueues: number } | undefined
  for (const [broker, { topicName, mappingDetail }] of configs) {
    const { scope, epoch, totalQueues } = mappingDetail
    if (mappingDetail.bname !== broker) {
      throw new Error(`The broker name is not equal ${broker} != ${mappingDetail.bname} `)
    }
    if (mappingDetail.dirty) throw new Error(`The mapping info is dirty in broker  ${broker}`)
    if (topicName !== topic || mappingDetail.topic !== topic) {
      throw new Error(`The topic name is inconsistent in broker  ${broker}`)
    }
    expected ??= { scope, epoch, totalQueues }
    checkSame('scope', scope, expected.scope, broker)
    checkSame('epoch', epoch, expected.epoch, broker)
    checkSame('total queue number', totalQueues, expected.totalQueues, broker)
  }
  if (expected === undefined) throw new Error('No topic route to do the remapping')
  return expected
}

function checkSame<T extends string | number>(what: string, found: T, other: T, broker: string) {
  if (found !== other) throw new Error(`${what} does not match ${other} != ${found} in ${broker}`)
}

/** As the broker to which messages go knows each. */
export function logicQueuesOf(configs: StaticTopics): Map<number, LogicQueue> {
  const queues = new Map<number, LogicQueue>()
  for (const [broker, { mappingDetail }] of configs) {
    for (const [id, parts] of mappingDetail.hostedQueues) {
      checkParts(parts)
      if (parts.at(-1)?.bname !== broker) continue
      if (queues.has(id)) throw new Error(`The queue id is duplicated in broker ${broker}`)
      queues.set(id, { leader: broker, parts })
    }
  }
  return queues
}

/** Generations and logical offsets grow from part to part; only the last one may not know where it begins. */
function checkParts(parts: readonly LogicQueueMappingItem[]): void {
  for (const [index, part] of parts.entries()) {
    const { startOffset, endOffset, gen, queueId, logicOffset } = part
    if (startOffset < 0 || gen < 0 || queueId < 0) {
      throw new Error('The field is illegal, should not be negative')
    }
    if (endOffset !== -1 && endOffset < startOffset) {
      throw new Error('The endOffset is smaller than the start offset')
    }
    const next = parts[index + 1]
    if (next === undefined) continue
    if (logicOffset < 0) throw new Error('The non-latest item has negative logic offset')
    if (gen >= next.gen) throw new Error('The gen does not increase monotonically')
    const end = logicOffset + Math.max(endOffset - startOffset, 0)
    if (next.logicOffset !== -1 && end >= next.logicOffset) {
      throw new Error('The max logic offset does not increase monotonically')
    }
  }
}

/** Each part has a queue of its own, which exists. */
function checkQueuesOfBrokers(
  topic: string,
  configs: StaticTopics,
  queues: ReadonlyMap<number, LogicQueue>,
): void {
  const users = new Map<string, number>()
  for (const [id, { parts }] of queues) {
    for (const { bname, queueId } of parts) {
      const queue = `${bname}-${queueId}`
      const other = users.get(queue)
      if (other !== undefined) {
        throw new Error(
          `Topic ${topic} global queue id ${id} and ${other} shared the same physical queue ${queue}`,
        )
      }
      users.set(queue, id)
      const config = configs.get(bname)
      if (config === undefined) throw new Error('The broker of item does not exist')
      if (queueId >= config.writeQueueNums) {
        throw new Error('The physical queue id is overflow the write queues')
      }
    }
  }
}
