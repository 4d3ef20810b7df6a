import type { Clock, Timer } from '../common/clock.ts'
import type { Service } from '../common/service.ts'
import { Histogram } from './histogram.ts'

/** How often the event loop is looked at. */
const PERIOD_MS = 20
const BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** By how much a timer is late: for so long what had come waited for its turn. */
export class EventLoopDelay implements Service {
  readonly metric = new Histogram(
    'rocketmq_server_event_loop_delay_seconds',
    'By how much timers were late',
    BOUNDS_SECONDS,
  )
  readonly #series = this.metric.series({})
  readonly #clock: Clock
  #timer: Timer | undefined
  #lastMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async start(): Promise<void> {
    this.#lastMs = this.#clock.monotonic()
    this.#timer = this.#clock.setInterval(() => this.#look(), PERIOD_MS)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  #look(): void {
    const nowMs = this.#clock.monotonic()
    this.#series.record(Math.max(nowMs - this.#lastMs - PERIOD_MS, 0) / 1000)
    this.#lastMs = nowMs
  }
}
