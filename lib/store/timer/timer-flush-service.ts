import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { TimerCheckpoint } from './timer-checkpoint.ts'
import type { TimerConfig } from './timer-config.ts'
import type { TimerLog } from './timer-log.ts'
import type { TimerMetrics } from './timer-metrics.ts'
import type { TimerState } from './timer-state.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface TimerFlushDeps {
  readonly config: TimerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly state: TimerState
  readonly wheel: TimerWheel
  readonly log: TimerLog
  readonly checkpoint: TimerCheckpoint
  readonly metrics: TimerMetrics
  /** Runs before each flush. */
  readonly onTick: () => void
}

/** Slots pass by without a message, too: their passing is written this often at most. */
const IDLE_FLUSH_MS = 60_000

/**
 * Brings log, wheel, checkpoint and metrics to the disk, in this order: what the checkpoint says is there when it says so.
 * Nothing is written while nothing happens.
 *
 * Apache: store.timer.TimerMessageStore.TimerFlushService
 */
export class TimerFlushService {
  readonly #deps: TimerFlushDeps
  readonly #failures: FailureLog
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #committed = { readTimeMs: 0, queueOffset: 0 }
  #flushed = { readTimeMs: 0, queueOffset: 0 }

  constructor(deps: TimerFlushDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'timers cannot be flushed')
  }

  start(): void {
    const { clock, config } = this.#deps
    this.#timer = clock.setTimeout(() => {
      this.#deps.onTick()
      if (this.#needsFlush) this.#running = this.#flushLogged()
      void Promise.resolve(this.#running).then(() => {
        this.#running = undefined
        if (this.#timer !== undefined) this.start()
      })
    }, config.timerFlushIntervalMs)
  }

  /** A last flush. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#running
    await this.#flushLogged()
  }

  get #needsFlush(): boolean {
    const { state, wheel, log, metrics } = this.#deps
    return (
      wheel.needsFlush ||
      log.needsFlush ||
      metrics.needsFlush ||
      state.queueOffset !== this.#flushed.queueOffset ||
      state.readTimeMs > this.#flushed.readTimeMs + IDLE_FLUSH_MS
    )
  }

  async #flushLogged(): Promise<void> {
    try {
      await this.#flush()
      this.#failures.worked()
    } catch (error) {
      this.#failures.failed(error)
    }
  }

  async #flush(): Promise<void> {
    const { state, wheel, log, checkpoint, metrics } = this.#deps
    const { readTimeMs, queueOffset } = state
    await log.flush()
    await wheel.flush()
    this.prepareCheckpoint(readTimeMs, queueOffset)
    await checkpoint.flush()
    this.#flushed = { readTimeMs, queueOffset }
    if (metrics.needsFlush) await metrics.persist()
  }

  /** What the checkpoint says now. Source: store.timer.TimerMessageStore#prepareTimerCheckPoint */
  prepareCheckpoint(
    readTimeMs = this.#deps.state.readTimeMs,
    queueOffset = this.#deps.state.queueOffset,
  ): void {
    const { state, log, checkpoint } = this.#deps
    checkpoint.lastTimerLogFlushPos = log.flushedOffset
    checkpoint.lastReadTimeMs = readTimeMs
    if (state.isDequeuing) {
      checkpoint.masterTimerQueueOffset = queueOffset
      const { readTimeMs: lastReadTimeMs, queueOffset: lastQueueOffset } = this.#committed
      if (readTimeMs !== lastReadTimeMs || queueOffset !== lastQueueOffset) {
        checkpoint.dataVersion.nextVersion()
        this.#committed = { readTimeMs, queueOffset }
      }
    }
    checkpoint.lastTimerQueueOffset = Math.min(queueOffset, checkpoint.masterTimerQueueOffset)
  }
}
