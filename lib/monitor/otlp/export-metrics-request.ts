import type {
  HistogramData,
  HistogramDataPoint,
  KeyValue,
  MetricData,
  NumberDataPoint,
  ResourceMetrics,
  SumData,
} from './metrics-data.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

/*
 * The numbers are those of the fields in opentelemetry/proto/metrics/v1/metrics.proto, common/v1/common.proto and
 * collector/metrics/v1/metrics_service.proto.
 */

/** opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest */
export function encodeExportMetricsRequest(metrics: ResourceMetrics): Buffer {
  return new ProtobufWriter().message(1, resourceMetrics(metrics)).toBuffer()
}

function resourceMetrics({ resource, scopeMetrics }: ResourceMetrics): ProtobufWriter {
  const writer = new ProtobufWriter().message(1, withAttributes(1, resource.attributes))
  for (const { scope, metrics } of scopeMetrics) {
    const inner = new ProtobufWriter().message(1, new ProtobufWriter().string(1, scope.name))
    for (const each of metrics) inner.message(2, metric(each))
    writer.message(2, inner)
  }
  return writer
}

function metric({ name, description, unit, gauge, sum, histogram }: MetricData): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name).string(2, description).string(3, unit)
  if (gauge !== undefined) writer.message(5, points(gauge.dataPoints, numberPoint))
  if (sum !== undefined) writer.message(7, sumData(sum))
  if (histogram !== undefined) writer.message(9, histogramData(histogram))
  return writer
}

function sumData({ dataPoints, aggregationTemporality, isMonotonic }: SumData): ProtobufWriter {
  return points(dataPoints, numberPoint)
    .varint(2, aggregationTemporality)
    .varint(3, Number(isMonotonic))
}

function histogramData({ dataPoints, aggregationTemporality }: HistogramData): ProtobufWriter {
  return points(dataPoints, histogramPoint).varint(2, aggregationTemporality)
}

function points<T>(dataPoints: readonly T[], encode: (point: T) => ProtobufWriter): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const point of dataPoints) writer.message(1, encode(point))
  return writer
}

function numberPoint(point: NumberDataPoint): ProtobufWriter {
  const writer = withAttributes(7, point.attributes)
    .fixed64(2, BigInt(point.startTimeUnixNano))
    .fixed64(3, BigInt(point.timeUnixNano))
  if (point.asInt !== undefined) return writer.fixed64(6, BigInt(point.asInt))
  return writer.double(4, point.asDouble ?? 0)
}

function histogramPoint(point: HistogramDataPoint): ProtobufWriter {
  return withAttributes(9, point.attributes)
    .fixed64(2, BigInt(point.startTimeUnixNano))
    .fixed64(3, BigInt(point.timeUnixNano))
    .fixed64(4, BigInt(point.count))
    .double(5, point.sum)
    .packedFixed64(6, point.bucketCounts.map(BigInt))
    .packedDoubles(7, point.explicitBounds)
}

function withAttributes(field: number, attributes: readonly KeyValue[]): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const { key, value } of attributes) {
    const any = new ProtobufWriter().bytes(1, Buffer.from(value.stringValue))
    writer.message(field, new ProtobufWriter().string(1, key).message(2, any))
  }
  return writer
}
