/** Steps of the buckets in milliseconds, and how many buckets have that step. Source: store.StoreStatsService */
const STEPS: readonly (readonly [stepMs: number, count: number])[] = [
  [1, 20],
  [2, 15],
  [5, 10],
  [10, 10],
  [50, 6],
  [100, 5],
  [1000, 9],
]

/** Upper ends of the buckets; the last bucket has none. */
const ENDS_MS: readonly number[] = STEPS.flatMap(([step, count]) => Array<number>(count).fill(step))
  .map((_step, index, steps) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0))
  .concat(Number.MAX_SAFE_INTEGER)

/** The coarse distribution that brokerStatus shows: names, and the time that each one ends before. */
const DISTRIBUTION: readonly (readonly [name: string, beforeMs: number])[] = [
  ['[<=0ms]', 1],
  ['[0~10ms]', 10],
  ['[10~50ms]', 50],
  ['[50~100ms]', 100],
  ['[100~200ms]', 200],
  ['[200~500ms]', 500],
  ['[500ms~1s]', 1000],
  ['[1~2s]', 2000],
  ['[2~3s]', 3000],
  ['[3~4s]', 4000],
  ['[4~5s]', 5000],
  ['[5~10s]', 10_000],
  ['[10s~]', Infinity],
]

/** How long puts took within a period. Apache: the buckets and putMessageDistributeTime of store.StoreStatsService */
export class PutLatency {
  readonly #buckets = new Float64Array(ENDS_MS.length)
  readonly #distribution = new Float64Array(DISTRIBUTION.length)

  add(ms: number): void {
    this.#buckets[bucketOf(ms)]!++
    this.#distribution[DISTRIBUTION.findIndex(([, beforeMs]) => ms < beforeMs)]!++
  }

  /** The time in which a part `px` of all puts ended, interpolated within its bucket; 0 when there were none. */
  percentile(px: number): number {
    const total = this.#buckets.reduce((sum, count) => sum + count, 0)
    const wanted = Math.floor(total * px)
    let passed = 0
    for (const [index, count] of this.#buckets.entries()) {
      if (wanted > passed + count) {
        passed += count
        continue
      }
      const beginMs = ENDS_MS[index - 1] ?? 0
      const spanMs = (ENDS_MS[index] as number) - beginMs
      return beginMs + (count === 0 ? 0 : (spanMs * (wanted - passed)) / count)
    }
    return 0
  }

  /** `[<=0ms]:2 [0~10ms]:10 ... [10s~]:0 ` */
  toString(): string {
    return DISTRIBUTION.map(([name], index) => `${name}:${this.#distribution[index]} `).join('')
  }
}

/** The first bucket that does not end before `ms`. */
function bucketOf(ms: number): number {
  let low = 0
  let high = ENDS_MS.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ENDS_MS[middle] as number) < ms) low = middle + 1
    else high = middle
  }
  return low
}
