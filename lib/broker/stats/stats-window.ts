/** What was counted at one time. Source: common.stats.CallSnapshot */
interface CallSnapshot {
  readonly atMs: number
  readonly value: number
  readonly times: number
}

/** Sums over a span of time: `tps` is the sum for each second, `avgpt` the sum for each call. Source: common.stats.StatsSnapshot */
export interface StatsSnapshot {
  readonly sum: number
  readonly tps: number
  readonly avgpt: number
  readonly times: number
}

export const NO_STATS: StatsSnapshot = { sum: 0, tps: 0, avgpt: 0, times: 0 }

/** The last samples of two counters, and what lies between the first and the last of them. */
export class StatsWindow {
  readonly #periodMs: number
  readonly #maxSamples: number
  readonly #samples: CallSnapshot[] = []

  /** Samples come every `periodMs`. */
  constructor(periodMs: number, maxSamples: number) {
    this.#periodMs = periodMs
    this.#maxSamples = maxSamples
  }

  /** Adds a sample. Before the first one the counters are taken to have been 0 a period ago. */
  add(atMs: number, value: number, times: number): void {
    const samples = this.#samples
    if (samples.length === 0) samples.push({ atMs: atMs - this.#periodMs, value: 0, times: 0 })
    samples.push({ atMs, value, times })
    if (samples.length > this.#maxSamples) samples.shift()
  }

  get snapshot(): StatsSnapshot {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined) return NO_STATS
    const sum = last.value - first.value
    const times = last.times - first.times
    const spanMs = Math.max(last.atMs - first.atMs, 1)
    return { sum, tps: (sum * 1000) / spanMs, avgpt: times > 0 ? sum / times : 0, times }
  }
}
