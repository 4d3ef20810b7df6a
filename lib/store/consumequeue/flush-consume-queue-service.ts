import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import { repeat } from '../../common/repeat.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { ConsumeQueueStore } from './consume-queue-store.ts'

const PAGE_BYTES = 4096

export interface FlushConsumeQueueDeps {
  readonly clock: Clock
  readonly config: MessageStoreConfig
  readonly logger: Logger
  readonly queues: ConsumeQueueStore
  /** Brings the store to the disk and notes it in the checkpoint. */
  readonly flushAll: () => Promise<void>
}

/**
 * Writes consume queues behind: each `flushIntervalConsumeQueue` those that have `flushConsumeQueueLeastPages` pages to
 * write; each `flushConsumeQueueThoroughInterval` it brings all of them to the disk, with the checkpoint.
 *
 * Apache: store.DefaultMessageStore.FlushConsumeQueueService
 */
export class FlushConsumeQueueService {
  readonly #deps: FlushConsumeQueueDeps
  readonly #failures: FailureLog
  #timer: Timer | undefined
  #lastFlushMs = 0
  #flushing: Promise<void> | undefined

  constructor(deps: FlushConsumeQueueDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the store cannot be brought to the disk')
  }

  start(): void {
    const { clock, config } = this.#deps
    this.#lastFlushMs = clock.monotonic()
    const tick = () => this.#tick()
    this.#timer = repeat(clock, tick, () => config.flushIntervalConsumeQueue)
  }

  /** Resolves when no flush runs any more. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#flushing
  }

  #tick(): void {
    const { clock, config } = this.#deps
    if (this.#flushing !== undefined) return
    const nowMs = clock.monotonic()
    if (nowMs - this.#lastFlushMs < config.flushConsumeQueueThoroughInterval) {
      this.#writeFull()
      return
    }
    this.#lastFlushMs = nowMs
    this.#flushing = this.#flush()
  }

  #writeFull(): void {
    const { config, queues } = this.#deps
    const leastBytes = config.flushConsumeQueueLeastPages * PAGE_BYTES
    try {
      for (const queue of queues.queues()) {
        if (queue.unwrittenBytes >= leastBytes) queue.write()
      }
    } catch (error) {
      this.#failures.failed(error)
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#deps.flushAll()
      this.#failures.worked()
    } catch (error) {
      this.#failures.failed(error)
    } finally {
      this.#flushing = undefined
    }
  }
}
