import type { Labels, Metric, Sample } from './metric.ts'
import { SeriesTable } from './series.ts'

/** One series: its owner adds to `value`. */
export interface CounterSeries {
  readonly labels: Labels
  value: number
}

/** A metric that only grows. Label names come in the same order in all its series. */
export class Counter implements Metric {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  readonly #table: SeriesTable<CounterSeries>

  constructor(name: string, help: string, limit?: number) {
    this.name = name
    this.help = help
    this.#table = new SeriesTable((labels) => ({ labels, value: 0 }), limit)
  }

  series(labels: Labels): CounterSeries {
    return this.#table.get(labels)
  }

  readonly collect = (): Iterable<Sample> => this.#table.values()
}
