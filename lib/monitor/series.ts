import type { Labels } from './metric.ts'

/** Series of a metric whose labels clients choose; OpenTelemetry's name for what goes beyond. */
const OVERFLOW: Labels = { otel_metric_overflow: 'true' }
export const DEFAULT_CARDINALITY_LIMIT = 50_000

/** The series of a metric by their labels, not more than a limit: what comes later shares one. */
export class SeriesTable<S> {
  readonly #make: (labels: Labels) => S
  readonly #limit: number
  readonly #series = new Map<string, S>()
  #overflow: S | undefined

  constructor(make: (labels: Labels) => S, limit = DEFAULT_CARDINALITY_LIMIT) {
    this.#make = make
    this.#limit = limit
  }

  /** Makes the series when it is new. For places that run often: keep what it returns. */
  get(labels: Labels): S {
    const key = Object.values(labels).join('\u0000')
    let series = this.#series.get(key)
    if (series !== undefined) return series
    if (this.#series.size >= this.#limit - 1) return (this.#overflow ??= this.#make(OVERFLOW))
    series = this.#make(labels)
    this.#series.set(key, series)
    return series
  }

  *values(): IterableIterator<S> {
    yield* this.#series.values()
    if (this.#overflow !== undefined) yield this.#overflow
  }
}
