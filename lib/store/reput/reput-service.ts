import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import { BLANK_MAGIC } from '../../../codec/message/record.ts'
import { isMessageMagic } from '../../../codec/message/record-reader.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import type { ColdReader } from '../read/cold-reader.ts'
import type { CommitLogDispatcher } from './commit-log-dispatcher.ts'
import { readDispatchRequest, type DispatchRequest } from './dispatch-request.ts'

/** Longer runs are cut, so that sockets get their turn. */
const SLICE_MS = 5
const CLOCK_CHECK_RECORDS = 256
const COLD_READ_BYTES = 1024 * 1024
const RETRY_MS = 1_000

export interface ReputDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly log: CommitLog
  readonly coldReader: ColdReader
  readonly delayLevels: DelayLevels
  /** Get each message in this order. */
  readonly dispatchers: readonly CommitLogDispatcher[]
  /** A message has been taken by all dispatchers. */
  readonly onDispatched: (request: DispatchRequest) => void
}

/**
 * Reads the log behind its writers and hands each message to the dispatchers. Runs right after a write, from memory;
 * where it has fallen behind the tail, from the disk.
 *
 * Apache: store.DefaultMessageStore.ReputMessageService
 */
export class ReputService {
  readonly #deps: ReputDeps
  readonly #failures: FailureLog
  #reputFromOffset = 0
  #running = false
  #stopped = true
  #retryTimer: Timer | undefined
  #idleWaiters: (() => void)[] = []
  /** Bytes from the disk, beginning at `#coldOffset`. */
  #cold: Buffer | undefined
  #coldOffset = 0

  constructor(deps: ReputDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'messages cannot be dispatched')
  }

  get reputFromOffset(): number {
    return this.#reputFromOffset
  }

  get behindBytes(): number {
    return this.#deps.log.confirmOffset - this.#reputFromOffset
  }

  start(reputFromOffset: number): void {
    this.#reputFromOffset = reputFromOffset
    this.#stopped = false
    this.notify()
  }

  /** Resolves when everything confirmed has been dispatched, or when that cannot go on now. Nothing runs after it. */
  async stop(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    this.#stopped = true
    this.#retryTimer?.cancel()
    this.#retryTimer = undefined
  }

  /** More may be dispatched. */
  notify(): void {
    if (this.#running || this.#stopped || this.#retryTimer !== undefined) return
    this.#run()
  }

  #run(): void {
    this.#running = true
    try {
      if (this.#dispatchSlice()) {
        this.#failures.worked()
        this.#idle()
        return
      }
    } catch (error) {
      this.#retryLater(toError(error))
      return
    }
    setImmediate(() => void this.#continue())
  }

  async #continue(): Promise<void> {
    try {
      if (this.#window() === undefined && this.behindBytes > 0) await this.#load()
      this.#run()
    } catch (error) {
      this.#retryLater(toError(error))
    }
  }

  #idle(): void {
    this.#running = false
    this.#cold = undefined
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #retryLater(error: Error): void {
    const { clock } = this.#deps
    this.#failures.failed(error, { offset: this.#reputFromOffset })
    this.#idle()
    if (this.#stopped) return
    this.#retryTimer = clock.setTimeout(() => {
      this.#retryTimer = undefined
      this.notify()
    }, RETRY_MS)
  }

  /** True when all has been dispatched; false when the slice has ended or bytes are missing. */
  #dispatchSlice(): boolean {
    const endMs = this.#deps.clock.monotonic() + SLICE_MS
    const { confirmOffset, minOffset } = this.#deps.log
    // The log of a slave that was empty begins where its master's last file does.
    if (this.#reputFromOffset < minOffset) this.#reputFromOffset = minOffset
    for (let count = 1; this.#reputFromOffset < confirmOffset; count++) {
      if (!this.#dispatchNext()) return false
      if (count % CLOCK_CHECK_RECORDS === 0 && this.#deps.clock.monotonic() > endMs) return false
    }
    return true
  }

  /** The bytes at the present offset, and the offset at which they begin. */
  #window(): { bytes: Buffer; length: number; offset: number } | undefined {
    const from = this.#reputFromOffset
    const chunk = this.#deps.log.tail.find(from)
    if (chunk !== undefined) {
      return { bytes: chunk.buffer, length: chunk.length, offset: chunk.startOffset }
    }
    const cold = this.#cold
    if (cold === undefined || from < this.#coldOffset) return undefined
    const start = from - this.#coldOffset
    if (start + 8 > cold.length) return undefined
    const size = cold.readInt32BE(start)
    const isWhole = start + size <= cold.length || cold.readInt32BE(start + 4) === BLANK_MAGIC
    return isWhole ? { bytes: cold, length: cold.length, offset: this.#coldOffset } : undefined
  }

  #dispatchNext(): boolean {
    const window = this.#window()
    if (window === undefined) return false
    const start = this.#reputFromOffset - window.offset
    const size = window.bytes.readInt32BE(start)
    const magic = window.bytes.readInt32BE(start + 4)
    if (magic === BLANK_MAGIC && size > 0) {
      this.#reputFromOffset += size
      return true
    }
    const request = isMessageMagic(magic)
      ? readDispatchRequest(window.bytes, start, start + size, this.#deps.delayLevels)
      : undefined
    if (request === undefined) throw new Error('no record at the dispatch offset')
    for (const dispatcher of this.#deps.dispatchers) dispatcher.dispatch(request)
    this.#reputFromOffset += size
    this.#deps.onDispatched(request)
    return true
  }

  async #load(): Promise<void> {
    const offset = this.#reputFromOffset
    const head = await this.#deps.coldReader.read(offset, COLD_READ_BYTES)
    if (head === undefined || head.length < 8) throw new Error('the log ends before its end')
    const size = head.readInt32BE(0)
    const isWhole = size <= head.length || head.readInt32BE(4) === BLANK_MAGIC
    this.#cold = isWhole ? head : await this.#deps.coldReader.read(offset, size)
    this.#coldOffset = offset
  }
}
