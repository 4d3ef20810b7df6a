import type { CheckedTopic, LogicQueue } from './check.ts'
import { checkStaticTopics } from './check.ts'
import {
  addQueue,
  newPart,
  newStaticTopic,
  type StaticTopic,
  type StaticTopics,
  type TopicRemappingDetailWrapper,
} from './static-topic.ts'

/** By how much an epoch is greater than the one before. */
const EPOCH_STEP = 1_000

/**
 * A topic with `totalQueues` logical queues: new ones go to the target brokers that have the fewest. `configs` are changed.
 * @throws Error when that is not more than there are
 *
 * Apache: TopicQueueMappingUtils#createTopicConfigMapping
 */
export function planQueues(
  topic: string,
  totalQueues: number,
  targets: readonly string[],
  configs: StaticTopics,
  nowMs: number,
): TopicRemappingDetailWrapper {
  const before = configs.size === 0 ? undefined : checkStaticTopics(topic, configs)
  const existing = before?.totalQueues ?? 0
  if (totalQueues < existing) {
    throw new Error(`Cannot decrease the queue num for static topic ${totalQueues} < ${existing}`)
  }
  if (totalQueues === existing) {
    throw new Error('The topic queue num is equal the existed queue num, do nothing')
  }
  const epoch = nextEpoch(before?.epoch ?? nowMs, nowMs)
  const counts = countLeaders(before, targets)
  for (let id = existing; id < totalQueues; id++) {
    const broker = withFewest(counts)
    counts.set(broker, (counts.get(broker) ?? 0) + 1)
    const config = configOf(topic, broker, configs)
    config.mappingDetail.hostedQueues.set(id, [newPart(broker, addQueue(config), 0, 0)])
  }
  finish(topic, configs, totalQueues, epoch)
  return wrapper(topic, 'CREATE_OR_UPDATE', epoch, configs, [], [])
}

/**
 * The same logical queues, all on the target brokers, as many on each, and as few moved as can be. `configs` are changed.
 * Apache: TopicQueueMappingUtils#remappingStaticTopic
 */
export function planRemapping(
  topic: string,
  targets: readonly string[],
  configs: StaticTopics,
  nowMs: number,
): TopicRemappingDetailWrapper {
  const before = checkStaticTopics(topic, configs)
  const { totalQueues, queues } = before
  const free = shares(totalQueues, targets, countLeaders(before, targets))
  const moving: number[] = []
  for (const [id, { leader }] of [...queues].sort(([a], [b]) => a - b)) {
    const places = free.get(leader) ?? 0
    if (places > 0) free.set(leader, places - 1)
    else moving.push(id)
  }
  const epoch = nextEpoch(before.epoch, nowMs)
  const mapIn = new Set<string>()
  const mapOut = new Set<string>()
  for (const [broker, places] of free) {
    for (const id of moving.splice(0, places)) {
      const { leader, parts } = queues.get(id) as LogicQueue
      mapIn.add(broker)
      mapOut.add(leader)
      const config = configOf(topic, broker, configs)
      const gen = (parts.at(-1)?.gen ?? 0) + 1
      // The same list on both sides: where the new part begins is found out later, for both.
      const moved = [...parts, newPart(broker, addQueue(config), gen, -1)]
      config.mappingDetail.hostedQueues.set(id, moved)
      configs.get(leader)?.mappingDetail.hostedQueues.set(id, moved)
    }
  }
  finish(topic, configs, totalQueues, epoch)
  return wrapper(topic, 'REMAPPING', epoch, configs, [...mapIn], [...mapOut])
}

function countLeaders(
  topic: CheckedTopic | undefined,
  targets: readonly string[],
): Map<string, number> {
  const counts = new Map(targets.toSorted().map((broker) => [broker, 0]))
  for (const { leader } of topic?.queues.values() ?? []) {
    counts.set(leader, (counts.get(leader) ?? 0) + 1)
  }
  return counts
}

function withFewest(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].sort(([, a], [, b]) => a - b)
  if (first === undefined) throw new Error('Find none brokers, do nothing')
  return first[0]
}

/** How many queues each target is to have; what is left over goes to those that have the most now. */
function shares(
  totalQueues: number,
  targets: readonly string[],
  counts: ReadonlyMap<string, number>,
): Map<string, number> {
  const count = (broker: string): number => counts.get(broker) ?? 0
  const sorted = targets.toSorted().sort((a, b) => count(b) - count(a))
  const base = Math.floor(totalQueues / sorted.length)
  const rest = totalQueues % sorted.length
  return new Map(sorted.map((broker, index) => [broker, base + (index < rest ? 1 : 0)]))
}

function configOf(topic: string, broker: string, configs: StaticTopics): StaticTopic {
  const existing = configs.get(broker)
  if (existing !== undefined) return existing
  const config = newStaticTopic(topic, broker, 0, 0)
  configs.set(broker, config)
  return config
}

function nextEpoch(epoch: number, nowMs: number): number {
  return Math.max(epoch + EPOCH_STEP, nowMs)
}

/** All brokers agree on epoch and number of queues, and the whole is sound. */
function finish(topic: string, configs: StaticTopics, totalQueues: number, epoch: number): void {
  for (const { mappingDetail } of configs.values()) {
    mappingDetail.epoch = epoch
    mappingDetail.totalQueues = totalQueues
  }
  checkStaticTopics(topic, configs)
}

export function wrapper(
  topic: string,
  type: TopicRemappingDetailWrapper['type'],
  epoch: number,
  configs: StaticTopics,
  brokerToMapIn: string[],
  brokerToMapOut: string[],
): TopicRemappingDetailWrapper {
  const kind = type === undefined ? {} : { type }
  return { ...kind, brokerConfigMap: configs, brokerToMapIn, brokerToMapOut, epoch, topic }
}
