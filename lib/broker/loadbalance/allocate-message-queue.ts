import type { MessageQueue } from '../../../codec/body/message-queue.ts'

/**
 * Shares queues among clients: the queues of the client at `index`. Both lists are sorted the same way for every member
 * of the group, so that the shares do not overlap. Apache: client.consumer.AllocateMessageQueueStrategy
 */
type Strategy = (
  queues: readonly MessageQueue[],
  clientCount: number,
  index: number,
) => MessageQueue[]

/** Contiguous shares; the first clients get one more. Source: AllocateMessageQueueAveragely */
function averagely(
  queues: readonly MessageQueue[],
  clientCount: number,
  index: number,
): MessageQueue[] {
  const rest = queues.length % clientCount
  const share = Math.floor(queues.length / clientCount)
  const start = index * share + Math.min(index, rest)
  return queues.slice(start, start + share + (index < rest ? 1 : 0))
}

/** Dealt out one by one. Source: AllocateMessageQueueAveragelyByCircle */
function averagelyByCircle(
  queues: readonly MessageQueue[],
  clientCount: number,
  index: number,
): MessageQueue[] {
  return queues.filter((_, i) => i % clientCount === index)
}

const STRATEGIES: ReadonlyMap<string, Strategy> = new Map([
  ['AVG', averagely],
  ['AVG_BY_CIRCLE', averagelyByCircle],
])

/** The members of a group that share the queues of a topic. */
export interface Sharing {
  readonly strategyName: string | undefined
  readonly queues: readonly MessageQueue[]
  readonly clientIds: readonly string[]
}

/**
 * The queues of one client; none when it is no member. undefined when there is nothing to share out or the strategy is
 * not known: then the client keeps what it has.
 */
export function allocate(sharing: Sharing, clientId: string): MessageQueue[] | undefined {
  const { strategy, queues, clientIds } = sorted(sharing)
  if (strategy === undefined || clientId === '' || queues.length === 0) return undefined
  const index = clientIds.indexOf(clientId)
  return index < 0 ? [] : strategy(queues, clientIds.length, index)
}

/**
 * The queues that a client pops from. Pop clients may share a queue: each has also those of the next `shareQueueNum`
 * clients. A share of 0 or less, or of all the others, means every queue of every broker, which queue id -1 stands for.
 *
 * Source: broker.processor.QueryAssignmentProcessor#allocate4Pop
 */
export function allocate4Pop(
  sharing: Sharing,
  clientId: string,
  shareQueueNum: number,
): MessageQueue[] | undefined {
  const { strategy, queues, clientIds } = sorted(sharing)
  if (strategy === undefined) return undefined
  const isShared = shareQueueNum > 0 && shareQueueNum < clientIds.length - 1
  if (!isShared) return allQueuesOfEachBroker(queues)
  if (clientId === '' || queues.length === 0) return undefined
  const index = clientIds.indexOf(clientId)
  if (index < 0) return []
  if (clientIds.length > queues.length) return queues.slice(index % queues.length).slice(0, 1)
  const shares = Array.from({ length: shareQueueNum + 1 }, (_, i) =>
    strategy(queues, clientIds.length, (index + i) % clientIds.length),
  )
  return shares.flat()
}

function sorted({ strategyName = '', queues, clientIds }: Sharing) {
  return {
    strategy: STRATEGIES.get(strategyName),
    queues: [...queues].sort(compareQueues),
    clientIds: [...clientIds].sort(),
  }
}

function allQueuesOfEachBroker(queues: readonly MessageQueue[]): MessageQueue[] {
  const byBroker = new Map(queues.map((queue) => [queue.brokerName, { ...queue, queueId: -1 }]))
  return [...byBroker.values()]
}

/** Source: common.message.MessageQueue#compareTo */
function compareQueues(a: MessageQueue, b: MessageQueue): number {
  return compare(a.topic, b.topic) || compare(a.brokerName, b.brokerName) || a.queueId - b.queueId
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
