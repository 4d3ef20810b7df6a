import type { Labels, Metric, Sample } from './metric.ts'
import { SeriesTable } from './series.ts'

/** How often values fell into each bucket. */
export class HistogramSeries {
  readonly labels: Labels
  readonly #bounds: readonly number[]
  /** One more than bounds: the last one has no end. */
  readonly #counts: Float64Array
  #sum = 0

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  record(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++
    this.#counts[bucket]!++
    this.#sum += value
  }

  *samples(): IterableIterator<Sample> {
    let count = 0
    for (const [index, each] of this.#counts.entries()) {
      count += each
      const le = String(this.#bounds[index] ?? '+Inf')
      yield { labels: { ...this.labels, le }, value: count, suffix: '_bucket' }
    }
    yield { labels: this.labels, value: this.#sum, suffix: '_sum' }
    yield { labels: this.labels, value: count, suffix: '_count' }
  }
}

/** A metric that tells how values are distributed. `bounds` ascend; a value belongs to the first one that it does not exceed. */
export class Histogram implements Metric {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly #table: SeriesTable<HistogramSeries>

  constructor(name: string, help: string, bounds: readonly number[], limit?: number) {
    this.name = name
    this.help = help
    this.#table = new SeriesTable((labels) => new HistogramSeries(labels, bounds), limit)
  }

  readonly collect = (): Iterable<Sample> => this.#samples()

  series(labels: Labels): HistogramSeries {
    return this.#table.get(labels)
  }

  *#samples(): IterableIterator<Sample> {
    for (const series of this.#table.values()) yield* series.samples()
  }
}
