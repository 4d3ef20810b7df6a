import type { Clock } from '../../common/clock.ts'
import { Deadlines } from '../../common/deadlines.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import type { Channel, ChannelEventListener } from '../../remoting/index.ts'
import type { MessageArriving, MessageStore } from '../../store/types.ts'
import type { PullRequest } from './pull-request.ts'

/** How late a held pull may be answered after its time-out. */
const GRANULARITY_MS = 100
/**
 * A pull that its filter let messages pass by is answered after this at most, so that its client's offset moves on.
 * Apache: the period of PullRequestHoldService#run
 */
const PASSED_BY_MS = 5_000

export interface PullRequestHoldDeps {
  readonly clock: Clock
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue'>
  /** Runs a held pull once more, without holding it again. */
  readonly wakeup: (pull: PullRequest) => void
  /** Runs `callback` when the events at hand have been handled. */
  readonly defer: (callback: () => void) => void
}

/**
 * Pulls that wait at the end of their queue, until a message for them arrives or their time-out.
 *
 * Those to be woken are gathered and run together, after all messages of a turn of the event loop have arrived: one
 * answer then carries them all. While nothing arrives and no time-out is due, held pulls cost nothing but memory. Their
 * number is bounded by the ProcessorGroup of the pulls, in which each takes a place until it is answered.
 *
 * Apache: broker.longpolling.PullRequestHoldService
 */
export class PullRequestHoldService implements Service, ChannelEventListener {
  readonly #deps: PullRequestHoldDeps
  readonly #deadlines: Deadlines<PullRequest>
  readonly #held = new Map<string, Map<number, Set<PullRequest>>>()
  #heldCount = 0
  #woken: PullRequest[] = []
  #closedChannels = new Set<Channel>()

  constructor(deps: PullRequestHoldDeps) {
    this.#deps = deps
    this.#deadlines = new Deadlines(deps.clock, GRANULARITY_MS, (pull) => this.#wake(pull))
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Drops all held pulls; their clients ask again elsewhere. */
  stop(): Promise<void> {
    this.#deadlines.stop()
    this.#held.clear()
    this.#heldCount = 0
    this.#woken = []
    return Promise.resolve()
  }

  get heldCount(): number {
    return this.#heldCount
  }

  /** Holds a pull; `timeoutMs` later, or when there are messages already, it is run again. */
  suspendPullRequest(pull: PullRequest, timeoutMs: number): void {
    const { topic, queueId, queueOffset } = pull.header
    const maxOffset = this.#deps.messageStore.getMaxOffsetInQueue(topic, queueId)
    const queues = getOrAdd(this.#held, topic, () => new Map<number, Set<PullRequest>>())
    getOrAdd(queues, queueId, () => new Set()).add(pull)
    this.#heldCount++
    if (maxOffset > queueOffset) this.#wake(pull)
    else this.#deadlines.set(pull, timeoutMs)
  }

  /** Wakes the pulls that wait for this message. */
  notifyMessageArriving(event: MessageArriving): void {
    const pulls = this.#held.get(event.topic)?.get(event.queueId)
    if (pulls === undefined) return
    for (const pull of pulls) {
      if (event.logicOffset <= pull.header.queueOffset) continue
      if (isWanted(event, pull)) this.#wake(pull)
      else if (!pull.passedBy) this.#passBy(pull)
    }
  }

  /** Runs all held pulls: on a slave, whose consumers shall go back to the master that has come back. */
  notifyMasterOnline(): void {
    for (const queues of this.#held.values()) {
      for (const pulls of queues.values()) for (const pull of pulls) this.#wake(pull)
    }
  }

  onChannelClose(channel: Channel): void {
    if (this.#heldCount === 0) return
    if (this.#closedChannels.size === 0) this.#deps.defer(() => this.#dropClosed())
    this.#closedChannels.add(channel)
  }

  #passBy(pull: PullRequest): void {
    pull.passedBy = true
    this.#deadlines.setAtMost(pull, PASSED_BY_MS)
  }

  #wake(pull: PullRequest): void {
    this.#remove(pull)
    if (this.#woken.length === 0) this.#deps.defer(() => this.#runWoken())
    this.#woken.push(pull)
  }

  #runWoken(): void {
    const woken = this.#woken
    this.#woken = []
    for (const pull of woken) {
      if (pull.channel.isOpen) this.#deps.wakeup(pull)
    }
  }

  #remove(pull: PullRequest): void {
    const { topic, queueId } = pull.header
    const queues = this.#held.get(topic)
    const pulls = queues?.get(queueId)
    if (queues === undefined || pulls?.delete(pull) !== true) return
    this.#heldCount--
    this.#deadlines.clear(pull)
    if (pulls.size > 0) return
    queues.delete(queueId)
    if (queues.size === 0) this.#held.delete(topic)
  }

  #dropClosed(): void {
    const closed = this.#closedChannels
    this.#closedChannels = new Set()
    for (const queues of this.#held.values()) {
      for (const pulls of queues.values()) {
        for (const pull of pulls) if (closed.has(pull.channel)) this.#remove(pull)
      }
    }
  }
}

function isWanted(message: MessageArriving, { filter }: PullRequest): boolean {
  if (filter === undefined) return true
  const { tagsCode, storeTimestamp: msgStoreTime, filterBitMap, record } = message
  const ext = filterBitMap && { tagsCode, msgStoreTime, filterBitMap }
  if (!filter.isMatchedByConsumeQueue(tagsCode, ext)) return false
  return !filter.needsRecord || filter.isMatchedByCommitLog(record.buffer, record.start, record.end)
}
