import { getOrAdd } from '../../common/maps.ts'
import type { Labels, Metric, MetricSource, Sample } from '../metric.ts'
import type {
  HistogramDataPoint,
  KeyValue,
  MetricData,
  NumberDataPoint,
  ResourceMetrics,
} from './metrics-data.ts'
import { AggregationTemporality } from './metrics-data.ts'

export interface MetricsCollectorOptions {
  /** Name of the instrumentation scope: who measures. */
  readonly scope: string
  /** Labels of all data points. */
  readonly labels: Labels
  /** Counters and histograms tell what has happened since the last collection, not since the start. */
  readonly isDelta: boolean
  /** Milliseconds since 1970, as all times here. */
  readonly startTimeMs: number
}

/** Units that names of Prometheus end with, and OpenTelemetry tells beside the name. */
const UNITS = ['milliseconds', 'seconds', 'bytes']

/** The buckets of one series of a histogram, as a scrape tells them: cumulative. */
interface Buckets {
  readonly labels: Labels
  readonly bounds: number[]
  readonly cumulative: number[]
  sum: number
}

/** Makes OpenTelemetry's data out of metrics. Its state is what it has told last, where it tells differences. */
export class MetricsCollector {
  readonly #options: MetricsCollectorOptions
  /** By metric, labels and part: the last value. */
  readonly #told = new Map<string, number>()
  #startTimeMs: number

  constructor(options: MetricsCollectorOptions) {
    this.#options = options
    this.#startTimeMs = options.startTimeMs
  }

  async collect(sources: readonly MetricSource[], nowMs: number): Promise<ResourceMetrics> {
    const metrics: MetricData[] = []
    for (const source of sources) {
      for (const metric of await source()) {
        const data = this.#metricData(metric, nowMs)
        if (data !== undefined) metrics.push(data)
      }
    }
    if (this.#options.isDelta) this.#startTimeMs = nowMs
    const { scope } = this.#options
    return { resource: { attributes: [] }, scopeMetrics: [{ scope: { name: scope }, metrics }] }
  }

  /** undefined when there is nothing to tell. */
  #metricData(metric: Metric, nowMs: number): MetricData | undefined {
    const { help: description, type, collect } = metric
    const { name, unit } = nameAndUnit(metric.name)
    const samples = [...collect()]
    const aggregationTemporality = this.#options.isDelta
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE
    if (type === 'histogram') {
      const dataPoints = this.#histogramPoints(name, samples, nowMs)
      if (dataPoints.length === 0) return undefined
      return { name, description, unit, histogram: { dataPoints, aggregationTemporality } }
    }
    if (type === 'gauge') {
      const dataPoints = this.#numberPoints(samples, nowMs)
      return dataPoints.length === 0
        ? undefined
        : { name, description, unit, gauge: { dataPoints } }
    }
    const changed = samples.map((sample) => ({ ...sample, value: this.#growth(name, sample) }))
    const told = this.#options.isDelta ? changed.filter(({ value }) => value !== 0) : changed
    const dataPoints = this.#numberPoints(told, nowMs)
    if (dataPoints.length === 0) return undefined
    const sum = { dataPoints, aggregationTemporality, isMonotonic: true }
    return { name, description, unit, sum }
  }

  #numberPoints(samples: readonly Sample[], nowMs: number): NumberDataPoint[] {
    // All points of a metric are of one type.
    const isInt = samples.every(({ value }) => Number.isSafeInteger(value))
    return samples.map(({ labels, value }) => ({
      ...this.#point(labels, nowMs),
      ...(isInt ? { asInt: String(value) } : { asDouble: value }),
    }))
  }

  #histogramPoints(name: string, samples: readonly Sample[], nowMs: number): HistogramDataPoint[] {
    const points: HistogramDataPoint[] = []
    for (const { labels, bounds, cumulative, sum } of bucketsOf(samples)) {
      const growth = (part: string, value: number) => this.#growth(name + part, { labels, value })
      const totals = cumulative.map((value, index) => growth(`_bucket_${index}`, value))
      const count = totals.at(-1) ?? 0
      const grown = growth('_sum', sum)
      if (this.#options.isDelta && count === 0) continue
      points.push({
        ...this.#point(labels, nowMs),
        count: String(count),
        sum: grown,
        bucketCounts: totals.map((total, index) => String(total - (totals[index - 1] ?? 0))),
        explicitBounds: bounds,
      })
    }
    return points
  }

  /** The value, or by how much it has grown since it was told. */
  #growth(name: string, { labels, value }: Sample): number {
    if (!this.#options.isDelta) return value
    const key = `${name} ${JSON.stringify(labels)}`
    const last = this.#told.get(key) ?? 0
    this.#told.set(key, value)
    return value - last
  }

  #point(labels: Labels, nowMs: number) {
    return {
      attributes: keyValues({ ...this.#options.labels, ...labels }),
      startTimeUnixNano: nanos(this.#startTimeMs),
      timeUnixNano: nanos(nowMs),
    }
  }
}

function nameAndUnit(fullName: string): { name: string; unit: string } {
  const unit = UNITS.find((each) => fullName.endsWith(`_${each}`)) ?? ''
  return { name: unit === '' ? fullName : fullName.slice(0, -unit.length - 1), unit }
}

/** The series of a histogram out of the lines that a scrape tells of them. */
function bucketsOf(samples: readonly Sample[]): Iterable<Buckets> {
  const series = new Map<string, Buckets>()
  for (const { labels, value, suffix } of samples) {
    const { le, ...own } = labels
    const buckets = getOrAdd(series, JSON.stringify(own), () => {
      return { labels: own, bounds: [], cumulative: [], sum: 0 }
    })
    if (suffix === '_sum') buckets.sum = value
    else if (suffix === '_bucket') {
      if (le !== '+Inf') buckets.bounds.push(Number(le))
      buckets.cumulative.push(value)
    }
  }
  return series.values()
}

function keyValues(labels: Labels): KeyValue[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** Milliseconds as nanoseconds, which no number holds exactly. */
function nanos(ms: number): string {
  return `${ms}000000`
}
