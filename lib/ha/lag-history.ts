/** An hour of seconds; a slave that is farther behind is told as an hour behind, at least. */
const MAX_SAMPLES = 3_600

interface Sample {
  readonly timeMs: number
  readonly offset: number
}

/**
 * When the log had which length, so that the bytes that a slave lacks can be told as time. Times are monotonic milliseconds.
 * Our own.
 */
export class LagHistory {
  /** Of one ring: the oldest is overwritten. */
  readonly #samples: Sample[] = []
  #count = 0

  /** The log ends at `offset`. To be called each second. */
  sample(timeMs: number, offset: number): void {
    this.#samples[this.#count % MAX_SAMPLES] = { timeMs, offset }
    this.#count++
  }

  /**
   * For how long what lies at `ackOffset` has been there, when the log ends at `maxOffset` now; 0 when nothing does. Between two samples the
   * log is taken to have grown evenly.
   */
  lagMs(nowMs: number, maxOffset: number, ackOffset: number): number {
    if (ackOffset >= maxOffset) return 0
    let later: Sample = { timeMs: nowMs, offset: maxOffset }
    const oldest = Math.max(this.#count - MAX_SAMPLES, 0)
    for (let index = this.#count - 1; index >= oldest; index--) {
      const sample = this.#samples[index % MAX_SAMPLES] as Sample
      if (sample.offset <= ackOffset) return nowMs - between(sample, later, ackOffset)
      later = sample
    }
    return nowMs - later.timeMs
  }
}

function between(earlier: Sample, later: Sample, offset: number): number {
  const share = (offset - earlier.offset) / (later.offset - earlier.offset)
  return Math.round(earlier.timeMs + share * (later.timeMs - earlier.timeMs))
}
