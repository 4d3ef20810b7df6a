import { expect } from 'chai'
import { encodeExportMetricsRequest } from '../../../../lib/monitor/otlp/export-metrics-request.ts'
import type { MetricData } from '../../../../lib/monitor/otlp/metrics-data.ts'

const ATTRIBUTES = [{ key: 'k', value: { stringValue: 'v' } }]
const POINT = { attributes: ATTRIBUTES, startTimeUnixNano: '1', timeUnixNano: '258' }

/** The bytes of a metric inside of its request: field 1, field 2, field 2. */
function requestOf(metric: string): string {
  const scope = `0a030a0173`
  const metrics = `12${byte(metric.length / 2)}${metric}`
  const scopeMetrics = `12${byte((scope + metrics).length / 2)}${scope}${metrics}`
  const resource = '0a00'
  return `0a${byte((resource + scopeMetrics).length / 2)}${resource}${scopeMetrics}`
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0')
}

function encode(metric: Omit<MetricData, 'name' | 'description' | 'unit'>): string {
  const metrics = [{ name: 'n', description: '', unit: 'u', ...metric }]
  const scopeMetrics = [{ scope: { name: 's' }, metrics }]
  return encodeExportMetricsRequest({ resource: { attributes: [] }, scopeMetrics }).toString('hex')
}

const NAME_AND_UNIT = '0a016e1a0175'
const KEY_VALUE = '0a016b12030a0176'
const TIMES = '110100000000000000190201000000000000'

describe('ExportMetricsServiceRequest', () => {
  it('of a gauge with a fractional number', () => {
    const point = `3a08${KEY_VALUE}${TIMES}21000000000000e03f`
    const gauge = `0a${byte(point.length / 2)}${point}`
    const metric = `${NAME_AND_UNIT}2a${byte(gauge.length / 2)}${gauge}`
    const dataPoints = [{ ...POINT, asDouble: 0.5 }]
    expect(encode({ gauge: { dataPoints } })).to.equal(requestOf(metric))
  })

  it('of a counter, which is a monotonic sum', () => {
    const point = `3a08${KEY_VALUE}${TIMES}310700000000000000`
    const sum = `0a${byte(point.length / 2)}${point}10021801`
    const metric = `${NAME_AND_UNIT}3a${byte(sum.length / 2)}${sum}`
    const dataPoints = [{ ...POINT, asInt: '7' }]
    expect(encode({ sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } })).to.equal(
      requestOf(metric),
    )
  })

  it('of a negative whole number', () => {
    const dataPoints = [{ ...POINT, asInt: '-1' }]
    expect(encode({ gauge: { dataPoints } })).to.contain('31ffffffffffffffff')
  })
})
