import type { Clock, Timer } from './clock.ts'
import { getOrAdd } from './maps.ts'

/** The longest delay that Node's timers take. */
const MAX_TIMER_MS = 0x7fffffff

/** Something with a deadline; it belongs to one Deadlines at a time. */
export interface Deadlined {
  /** Written by Deadlines only: the bucket that holds it, undefined when none does. */
  deadlineBucket: number | undefined
}

/**
 * Time-outs of many things at the cost of one timer: items stand in buckets of `granularityMs`, adding and removing
 * is a set operation, and nothing runs until the first bucket that holds something is due. An item is passed to
 * `onDue` at its deadline or up to `granularityMs` later, never earlier.
 */
export class Deadlines<T extends Deadlined> {
  readonly #clock: Clock
  readonly #granularityMs: number
  readonly #onDue: (item: T) => void
  readonly #buckets = new Map<number, Set<T>>()
  #timer: Timer | undefined
  #timerBucket = Infinity

  constructor(clock: Clock, granularityMs: number, onDue: (item: T) => void) {
    this.#clock = clock
    this.#granularityMs = granularityMs
    this.#onDue = onDue
  }

  /** Sets the item's deadline, in place of one that it has: `delayMs` from now. */
  set(item: T, delayMs: number): void {
    this.#put(item, this.#bucketIn(delayMs))
  }

  /** Brings the item's deadline forward to `delayMs` from now, if it is later. */
  setAtMost(item: T, delayMs: number): void {
    const bucket = this.#bucketIn(delayMs)
    if (item.deadlineBucket === undefined || item.deadlineBucket > bucket) this.#put(item, bucket)
  }

  /** Takes the item's deadline away; nothing happens when it has none. */
  clear(item: T): void {
    const bucket = item.deadlineBucket
    if (bucket === undefined) return
    item.deadlineBucket = undefined
    const items = this.#buckets.get(bucket)
    items?.delete(item)
    if (items?.size === 0) this.#buckets.delete(bucket)
  }

  /** Forgets all items and holds no timer any more. */
  stop(): void {
    this.#timer?.cancel()
    this.#timerBucket = Infinity
    for (const items of this.#buckets.values()) {
      for (const item of items) item.deadlineBucket = undefined
    }
    this.#buckets.clear()
  }

  #bucketIn(delayMs: number): number {
    return Math.ceil((this.#clock.monotonic() + delayMs) / this.#granularityMs)
  }

  #put(item: T, bucket: number): void {
    this.clear(item)
    getOrAdd(this.#buckets, bucket, () => new Set()).add(item)
    item.deadlineBucket = bucket
    if (bucket < this.#timerBucket) this.#schedule(bucket)
  }

  #schedule(bucket: number): void {
    this.#timer?.cancel()
    this.#timerBucket = bucket
    const delayMs = bucket * this.#granularityMs - this.#clock.monotonic()
    const timerMs = Math.min(Math.max(delayMs, 0), MAX_TIMER_MS)
    this.#timer = this.#clock.setTimeout(() => this.#expire(), timerMs)
  }

  #expire(): void {
    this.#timerBucket = Infinity
    const nowMs = this.#clock.monotonic()
    const due: T[] = []
    let next = Infinity
    for (const [bucket, items] of this.#buckets) {
      if (bucket * this.#granularityMs > nowMs) next = Math.min(next, bucket)
      else due.push(...items)
    }
    for (const item of due) this.clear(item)
    for (const item of due) this.#onDue(item)
    if (next < this.#timerBucket) this.#schedule(next)
  }
}
