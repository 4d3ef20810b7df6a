/**
 * Finds out that a connection is idle or that its peer takes nothing any more. Reads and writes only leave a mark;
 * the time is looked at in `check`, which a coarse timer calls.
 */
export class ActivityWatch {
  readonly #maxIdleMs: number
  readonly #writeStallMs: number
  #active = true
  #lastActiveMs: number
  #progressed = true
  #lastProgressMs: number

  constructor(limits: { maxIdleMs: number; writeStallMs: number }, nowMs: number) {
    this.#maxIdleMs = limits.maxIdleMs
    this.#writeStallMs = limits.writeStallMs
    this.#lastActiveMs = this.#lastProgressMs = nowMs
  }

  /** Something was read or written. */
  markActive(): void {
    this.#active = true
  }

  /** Bytes that had to wait were written. */
  markProgress(): void {
    this.#active = true
    this.#progressed = true
  }

  /** Why the connection should be closed; undefined: it should not. */
  check(nowMs: number, unwrittenBytes: number): string | undefined {
    if (this.#active) this.#lastActiveMs = nowMs
    if (this.#progressed || unwrittenBytes === 0) this.#lastProgressMs = nowMs
    this.#active = false
    this.#progressed = false
    if (nowMs - this.#lastProgressMs >= this.#writeStallMs) {
      return `the peer has read nothing for ${this.#writeStallMs / 1000} s, ${unwrittenBytes} bytes wait`
    }
    if (nowMs - this.#lastActiveMs >= this.#maxIdleMs) return `idle for ${this.#maxIdleMs / 1000} s`
    return undefined
  }
}
