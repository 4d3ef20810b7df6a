import type { Clock, Timer } from '../common/clock.ts'

/** How late a time-out may be seen, in milliseconds. */
export const SWEEP_PERIOD_MS = 200

/** Something with time-outs that wants to be asked from time to time. */
export interface Sweepable {
  /** `nowMs` is the clock's monotonic time. */
  sweep(nowMs: number): void
}

/**
 * The one timer of a server or client: it asks all connections, pending calls and connection attempts for what has run
 * out. It runs only while there is something to ask.
 */
export class Sweeper {
  readonly #clock: Clock
  readonly #items = new Set<Sweepable>()
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(item: Sweepable): void {
    this.#items.add(item)
    this.#timer ??= this.#clock.setInterval(this.#sweep, SWEEP_PERIOD_MS)
  }

  remove(item: Sweepable): void {
    this.#items.delete(item)
    if (this.#items.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  readonly #sweep = (): void => {
    const nowMs = this.#clock.monotonic()
    for (const item of this.#items) item.sweep(nowMs)
  }
}
