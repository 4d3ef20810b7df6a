import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { PutMessageStatus } from '../types.ts'
import type { LogFlusher } from './log-flusher.ts'
import type { PendingPut } from './pending-puts.ts'

export interface GroupCommitDeps {
  readonly clock: Clock
  readonly flusher: LogFlusher
  readonly syncFlushTimeoutMs: () => number
  /** All before `offset` is on the disk. */
  readonly onFlushed: (offset: number) => void
  readonly onFailed: (error: Error) => void
}

interface FlushWaiter {
  readonly put: PendingPut
  readonly deadlineMs: number
}

/**
 * SYNC_FLUSH: one fdatasync for all puts that wait, begun as soon as the one before has ended. A put that has waited for
 * `syncFlushTimeout` is answered FLUSH_DISK_TIMEOUT.
 *
 * Apache: store.CommitLog.GroupCommitService
 */
export class GroupCommitService {
  readonly #deps: GroupCommitDeps
  /** In the order of their offsets, so in that of their deadlines. */
  #waiters: FlushWaiter[] = []
  #writtenOffset = 0
  #timer: Timer | undefined

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps
  }

  /** Answers `put`, which has been written, when it is on the disk. */
  submit(put: PendingPut): void {
    const deadlineMs = this.#deps.clock.monotonic() + this.#deps.syncFlushTimeoutMs()
    this.#waiters.push({ put, deadlineMs })
    if (this.#timer === undefined) this.#armTimer()
  }

  /** All before `offset` has been written: flushes it. */
  written(offset: number): void {
    this.#writtenOffset = offset
    if (!this.#deps.flusher.isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    const { flusher } = this.#deps
    try {
      while (flusher.flushedOffset < this.#writtenOffset) {
        await flusher.flush(this.#writtenOffset)
        this.#answerFlushed(flusher.flushedOffset)
        this.#deps.onFlushed(flusher.flushedOffset)
      }
    } catch (error) {
      this.#answerFailed(toError(error))
    }
  }

  #answerFlushed(offset: number): void {
    let count = 0
    while (count < this.#waiters.length) {
      const { put } = this.#waiters[count] as FlushWaiter
      if (put.endOffset > offset) break
      count++
      put.done({ status: PutMessageStatus.PUT_OK, appended: put.appended })
    }
    this.#waiters.splice(0, count)
  }

  #answerFailed(error: Error): void {
    this.#answerTimeout(this.#waiters.splice(0), `flush failed: ${error.message}`)
    this.#deps.onFailed(error)
  }

  #armTimer(): void {
    const first = this.#waiters[0]
    if (first === undefined) return
    const delayMs = Math.max(first.deadlineMs - this.#deps.clock.monotonic(), 0)
    this.#timer = this.#deps.clock.setTimeout(() => this.#expire(), delayMs)
  }

  #expire(): void {
    const nowMs = this.#deps.clock.monotonic()
    const count = this.#waiters.findIndex((waiter) => waiter.deadlineMs > nowMs)
    const expired = this.#waiters.splice(0, count < 0 ? this.#waiters.length : count)
    this.#timer = undefined
    this.#answerTimeout(expired, 'not flushed within syncFlushTimeout')
    this.#armTimer()
  }

  #answerTimeout(waiters: readonly FlushWaiter[], reason: string): void {
    for (const { put } of waiters) {
      put.done({ status: PutMessageStatus.FLUSH_DISK_TIMEOUT, appended: put.appended, reason })
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
