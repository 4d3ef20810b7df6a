interface WatchLimits {
  readonly maxIdleMs: number
  readonly writeStallMs: number
  readonly frameTimeoutMs: number
}

/**
 * Finds out that a connection is idle, that its peer takes nothing any more or does not end what it has begun. Reads and writes only leave a mark;
 * the time is looked at in `check`, which a coarse timer calls.
 */
export class ActivityWatch {
  /** They may change. */
  readonly #limits: WatchLimits
  #active = true
  #lastActiveMs: number
  #progressed = true
  #lastProgressMs: number
  #awaitedFrame: number | undefined
  #awaitedSinceMs = 0

  constructor(limits: WatchLimits, nowMs: number) {
    this.#limits = limits
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

  /**
   * Why the connection should be closed; undefined: it should not. `awaitedFrame` is the number of the frame that the peer
   * has begun, if any.
   */
  check(nowMs: number, unwrittenBytes: number, awaitedFrame?: number): string | undefined {
    if (awaitedFrame === undefined || awaitedFrame !== this.#awaitedFrame) {
      this.#awaitedFrame = awaitedFrame
      this.#awaitedSinceMs = nowMs
    }
    if (this.#active) this.#lastActiveMs = nowMs
    if (this.#progressed || unwrittenBytes === 0) this.#lastProgressMs = nowMs
    this.#active = false
    this.#progressed = false
    const { writeStallMs, frameTimeoutMs, maxIdleMs } = this.#limits
    if (nowMs - this.#lastProgressMs >= writeStallMs) {
      return `the peer has read nothing for ${writeStallMs / 1000} s, ${unwrittenBytes} bytes wait`
    }
    if (nowMs - this.#awaitedSinceMs >= frameTimeoutMs && awaitedFrame !== undefined) {
      return `a frame is not complete after ${frameTimeoutMs / 1000} s`
    }
    if (nowMs - this.#lastActiveMs >= maxIdleMs) return `idle for ${maxIdleMs / 1000} s`
    return undefined
  }
}
