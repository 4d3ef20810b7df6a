import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { repeat } from '../../common/repeat.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { LogFlusher } from './log-flusher.ts'

const PAGE_BYTES = 4096

export interface FlushRealTimeDeps {
  readonly clock: Clock
  readonly config: MessageStoreConfig
  readonly flusher: LogFlusher
  readonly writtenOffset: () => number
  readonly onFailed: (error: Error) => void
}

/**
 * ASYNC_FLUSH: each `flushIntervalCommitLog`, flushes when at least `flushCommitLogLeastPages` pages have gathered; whatever
 * there is each `flushCommitLogThoroughInterval`.
 *
 * Apache: store.CommitLog.FlushRealTimeService
 */
export class FlushRealTimeService {
  readonly #deps: FlushRealTimeDeps
  #timer: Timer | undefined
  #lastFlushMs = 0

  constructor(deps: FlushRealTimeDeps) {
    this.#deps = deps
  }

  start(): void {
    const { clock, config } = this.#deps
    const tick = () => void this.#tick()
    this.#timer = repeat(clock, tick, () => config.flushIntervalCommitLog)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  async #tick(): Promise<void> {
    const { clock, config, flusher } = this.#deps
    const offset = this.#deps.writtenOffset()
    const bytes = offset - flusher.flushedOffset
    if (bytes === 0 || flusher.isRunning) return
    const nowMs = clock.monotonic()
    const isThorough = nowMs - this.#lastFlushMs >= config.flushCommitLogThoroughInterval
    if (!isThorough && bytes < config.flushCommitLogLeastPages * PAGE_BYTES) return
    this.#lastFlushMs = nowMs
    try {
      await flusher.flush(offset)
    } catch (error) {
      this.#deps.onFailed(toError(error))
    }
  }
}
