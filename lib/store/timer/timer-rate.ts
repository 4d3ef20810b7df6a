import type { Clock } from '../../common/clock.ts'

/** How many a second something was counted, between the last two samples. */
export class TimerRate {
  readonly #clock: Clock
  #count = 0
  #sampledMs: number
  #perSecond = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sampledMs = clock.monotonic()
  }

  sample(count: number): void {
    const nowMs = this.#clock.monotonic()
    if (nowMs <= this.#sampledMs) return
    this.#perSecond = ((count - this.#count) * 1000) / (nowMs - this.#sampledMs)
    this.#count = count
    this.#sampledMs = nowMs
  }

  /** With a fraction, as Java writes a float. */
  get text(): string {
    return this.#perSecond.toFixed(1)
  }
}
