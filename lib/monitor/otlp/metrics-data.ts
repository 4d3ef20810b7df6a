/*
 * OpenTelemetry's metrics data model, in the shape and with the names of its JSON encoding. Only what we tell is there.
 * Source: opentelemetry.proto.metrics.v1, version 1.x; numbers of 64 bits are decimal strings in JSON.
 */

export const AggregationTemporality = { DELTA: 1, CUMULATIVE: 2 } as const
export type AggregationTemporality =
  (typeof AggregationTemporality)[keyof typeof AggregationTemporality]

export interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue: string }
}

interface DataPoint {
  readonly attributes: readonly KeyValue[]
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

/** Exactly one of the two values is there. */
export interface NumberDataPoint extends DataPoint {
  readonly asInt?: string
  readonly asDouble?: number
}

export interface HistogramDataPoint extends DataPoint {
  readonly count: string
  readonly sum: number
  /** One more than bounds: what is above the last one. */
  readonly bucketCounts: readonly string[]
  readonly explicitBounds: readonly number[]
}

export interface GaugeData {
  readonly dataPoints: readonly NumberDataPoint[]
}

export interface SumData extends GaugeData {
  readonly aggregationTemporality: AggregationTemporality
  readonly isMonotonic: boolean
}

export interface HistogramData {
  readonly dataPoints: readonly HistogramDataPoint[]
  readonly aggregationTemporality: AggregationTemporality
}

/** Exactly one of the three kinds of data is there. */
export interface MetricData {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly gauge?: GaugeData
  readonly sum?: SumData
  readonly histogram?: HistogramData
}

export interface ResourceMetrics {
  readonly resource: { readonly attributes: readonly KeyValue[] }
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string }
    readonly metrics: readonly MetricData[]
  }[]
}
