/** Names and values, without those that all samples of a process share. */
export type Labels = Readonly<Record<string, string>>

/** One number of a metric. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** What follows the metric's name: `_bucket`, `_sum` and `_count` of histograms. */
  readonly suffix?: string
}

/** What a scrape reads: one name with all its samples. */
export interface Metric {
  /** With its unit: `rocketmq_rpc_latency_milliseconds`. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly collect: () => Iterable<Sample>
}

/** Metrics that belong together, as they are at a scrape. */
export type MetricSource = () => readonly Metric[] | Promise<readonly Metric[]>

/** A number that is worked out when it is asked for. */
export function gauge(name: string, help: string, collect: Metric['collect']): Metric {
  return { name, help, type: 'gauge', collect }
}

/** The gauge of one number; without a sample while that is undefined. */
export function singleGauge(
  name: string,
  help: string,
  read: () => number | undefined,
  labels: Labels = {},
): Metric {
  return gauge(name, help, () => {
    const value = read()
    return value === undefined ? [] : [{ labels, value }]
  })
}
