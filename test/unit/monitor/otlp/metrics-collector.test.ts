import { expect } from 'chai'
import { Counter } from '../../../../lib/monitor/counter.ts'
import { Histogram } from '../../../../lib/monitor/histogram.ts'
import { type Metric, singleGauge } from '../../../../lib/monitor/metric.ts'
import { MetricsCollector } from '../../../../lib/monitor/otlp/metrics-collector.ts'
import type { MetricData } from '../../../../lib/monitor/otlp/metrics-data.ts'

describe('MetricsCollector', () => {
  const newCollector = (isDelta: boolean) =>
    new MetricsCollector({ scope: 's', labels: { node: 'n' }, isDelta, startTimeMs: 1_000 })

  async function collect(collector: MetricsCollector, metrics: Metric[], nowMs: number) {
    const { scopeMetrics } = await collector.collect([() => metrics], nowMs)
    expect(scopeMetrics.map(({ scope }) => scope.name)).to.deep.equal(['s'])
    return scopeMetrics[0]?.metrics ?? []
  }

  const attributes = (labels: Record<string, string>) =>
    Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))

  it('tells a gauge with its unit beside the name', async () => {
    const metrics = [singleGauge('lag_milliseconds', 'How late', () => 2.5, { group: 'G' })]
    expect(await collect(newCollector(false), metrics, 3_000)).to.deep.equal([
      {
        name: 'lag',
        description: 'How late',
        unit: 'milliseconds',
        gauge: {
          dataPoints: [
            {
              attributes: attributes({ node: 'n', group: 'G' }),
              startTimeUnixNano: '1000000000',
              timeUnixNano: '3000000000',
              asDouble: 2.5,
            },
          ],
        },
      },
    ])
  })

  it('leaves out a metric without samples', async () => {
    const metrics = [singleGauge('a', '', () => undefined), new Counter('b', '')]
    expect(await collect(newCollector(false), metrics, 3_000)).to.deep.equal([])
  })

  const sums = (data: readonly MetricData[]) =>
    data.map(({ sum }) => [
      sum?.aggregationTemporality,
      sum?.isMonotonic,
      sum?.dataPoints.map(({ startTimeUnixNano, asInt }) => [startTimeUnixNano, asInt]),
    ])

  it('tells the total of a counter since the start', async () => {
    const counter = new Counter('c_total', '')
    const collector = newCollector(false)
    counter.series({ topic: 'T' }).value += 3
    await collect(collector, [counter], 2_000)
    counter.series({ topic: 'T' }).value += 4
    expect(sums(await collect(collector, [counter], 3_000))).to.deep.equal([
      [2, true, [['1000000000', '7']]],
    ])
  })

  it('tells with delta what a counter has grown by since the last time, and nothing of one that has not', async () => {
    const counter = new Counter('c_total', '')
    const collector = newCollector(true)
    counter.series({ topic: 'T' }).value += 3
    counter.series({ topic: 'U' }).value += 1
    await collect(collector, [counter], 2_000)
    counter.series({ topic: 'T' }).value += 4
    expect(sums(await collect(collector, [counter], 3_000))).to.deep.equal([
      [1, true, [['2000000000', '4']]],
    ])
    expect(await collect(collector, [counter], 4_000)).to.deep.equal([])
  })

  for (const [isDelta, expected] of [
    [false, { count: '3', sum: 111, bucketCounts: ['1', '1', '1'], explicitBounds: [5, 50] }],
    [true, { count: '1', sum: 100, bucketCounts: ['0', '0', '1'], explicitBounds: [5, 50] }],
  ] as const) {
    it(`tells the buckets of a histogram one by one${isDelta ? ', with delta those of the last period' : ''}`, async () => {
      const histogram = new Histogram('h_bytes', '', [5, 50])
      const collector = newCollector(isDelta)
      const series = histogram.series({ topic: 'T' })
      series.record(1)
      series.record(10)
      await collect(collector, [histogram], 2_000)
      series.record(100)
      const [data] = await collect(collector, [histogram], 3_000)
      expect([data?.name, data?.unit]).to.deep.equal(['h', 'bytes'])
      expect(data?.histogram?.dataPoints).to.deep.equal([
        {
          attributes: attributes({ node: 'n', topic: 'T' }),
          startTimeUnixNano: isDelta ? '2000000000' : '1000000000',
          timeUnixNano: '3000000000',
          ...expected,
        },
      ])
    })
  }
})
