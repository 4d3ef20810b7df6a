import type { Clock, Timer } from '../common/clock.ts'
import type { GroupTransferRequest } from '../store/types.ts'

export interface GroupTransferDeps {
  readonly clock: Clock
  readonly slaveTimeoutMs: () => number
  /** What each slave has of the log, in any order. */
  readonly slaveAckOffsets: () => number[]
}

interface Waiter {
  readonly request: GroupTransferRequest
  readonly deadlineMs: number
}

/**
 * Answers puts as soon as enough replicas have them, or with a failure after `slaveTimeout`. Nothing is polled: each report of a slave
 * moves the offset that n replicas have, and passes the puts below it.
 *
 * Apache: store.ha.GroupTransferService
 */
export class GroupTransferService {
  readonly #deps: GroupTransferDeps
  /** By the number of replicas asked for, which rarely changes; each in the order of the log. */
  readonly #queues = new Map<number, Waiter[]>()
  #timer: Timer | undefined
  #isStopped = false

  constructor(deps: GroupTransferDeps) {
    this.#deps = deps
  }

  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, waiters) => sum + waiters.length, 0)
  }

  putRequest(request: GroupTransferRequest): void {
    const { clock, slaveTimeoutMs } = this.#deps
    const { ackNums, nextOffset } = request
    if (this.#isStopped) {
      request.done(false)
      return
    }
    const waiters = this.#queues.get(ackNums) ?? []
    if (waiters.length === 0) {
      if (this.#offsetOf(ackNums, this.#sortedAcks()) >= nextOffset) {
        request.done(true)
        return
      }
      this.#queues.set(ackNums, waiters)
    }
    waiters.push({ request, deadlineMs: clock.monotonic() + slaveTimeoutMs() })
    if (this.#timer === undefined) this.#armTimer()
  }

  /** A slave has reported. */
  notifyTransferSome(): void {
    if (this.#queues.size === 0) return
    const acks = this.#sortedAcks()
    for (const [ackNums, waiters] of this.#queues) {
      this.#passUpTo(this.#offsetOf(ackNums, acks), waiters)
      if (waiters.length === 0) this.#queues.delete(ackNums)
    }
  }

  /** Fails all that wait, and all that come later. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#fail(() => true)
  }

  #sortedAcks(): number[] {
    return this.#deps.slaveAckOffsets().sort((a, b) => b - a)
  }

  /** Up to where `ackNums` replicas, the master among them, have the log. */
  #offsetOf(ackNums: number, sortedAcks: readonly number[]): number {
    return ackNums <= 1 ? Infinity : (sortedAcks[ackNums - 2] ?? -1)
  }

  #passUpTo(offset: number, waiters: Waiter[]): void {
    let count = 0
    while (count < waiters.length) {
      const { request } = waiters[count] as Waiter
      if (request.nextOffset > offset) break
      count++
      request.done(true)
    }
    waiters.splice(0, count)
  }

  #armTimer(): void {
    const deadlines = [...this.#queues.values()].map(([first]) => first?.deadlineMs ?? Infinity)
    const firstMs = Math.min(...deadlines)
    if (firstMs === Infinity) return
    const { clock } = this.#deps
    const delayMs = Math.max(firstMs - clock.monotonic(), 0)
    this.#timer = clock.setTimeout(() => this.#expire(), delayMs)
  }

  #expire(): void {
    this.#timer = undefined
    const nowMs = this.#deps.clock.monotonic()
    this.#fail((waiter) => waiter.deadlineMs <= nowMs)
    this.#armTimer()
  }

  #fail(isOver: (waiter: Waiter) => boolean): void {
    for (const [ackNums, waiters] of this.#queues) {
      const firstLeft = waiters.findIndex((waiter) => !isOver(waiter))
      const over = waiters.splice(0, firstLeft < 0 ? waiters.length : firstLeft)
      if (waiters.length === 0) this.#queues.delete(ackNums)
      for (const { request } of over) request.done(false)
    }
  }
}
