import type { Clock } from '../../common/clock.ts'

/** A client that has not asked for so long does not ask any more: longer than the longest poll. */
const CLIENT_LONG_POLLING_INTERVAL_MS = 35_000
/** The same while there is something for it. */
const CLIENT_INACTIVE_INTERVAL_MS = 10_000
const ACTIVE_CONSUMING_WINDOW_MS = 5_000
const LOW_WATER_MARK = 0.2

/**
 * The lite topics that may have messages for a client, each once, in the order in which they came; `capacity` at most.
 * Apache: broker.lite.LiteEventDispatcher.ClientEventSet
 */
export class ClientEventSet {
  readonly group: string
  readonly #capacity: number
  readonly #clock: Clock
  readonly #events = new Set<string>()
  #lastAccessTimeMs: number

  constructor(group: string, capacity: number, clock: Clock) {
    this.group = group
    this.#capacity = capacity
    this.#clock = clock
    this.#lastAccessTimeMs = clock.now()
  }

  /** When the client asked last. */
  get lastAccessTime(): number {
    return this.#lastAccessTimeMs
  }

  get isEmpty(): boolean {
    return this.#events.size === 0
  }

  /** False when there is no more room. */
  offer(lmqName: string): boolean {
    if (this.#events.size >= this.#capacity) return false
    this.#events.add(lmqName)
    return true
  }

  /** Takes the first one out. */
  poll(): string | undefined {
    this.#lastAccessTimeMs = this.#clock.now()
    const [first] = this.#events
    if (first !== undefined) this.#events.delete(first)
    return first
  }

  /** True when the client seems to have gone. */
  get maybeBlock(): boolean {
    const limitMs = this.isEmpty ? CLIENT_LONG_POLLING_INTERVAL_MS : CLIENT_INACTIVE_INTERVAL_MS
    return this.#inactiveMs > limitMs
  }

  get isLowWaterMark(): boolean {
    return this.#events.size / this.#capacity < LOW_WATER_MARK
  }

  get isActiveConsuming(): boolean {
    return this.#inactiveMs < ACTIVE_CONSUMING_WINDOW_MS
  }

  get #inactiveMs(): number {
    return this.#clock.now() - this.#lastAccessTimeMs
  }
}
