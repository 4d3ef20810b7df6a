import { expect } from 'chai'
import { Counter } from '../../../lib/monitor/counter.ts'
import { Histogram } from '../../../lib/monitor/histogram.ts'
import { gauge, singleGauge } from '../../../lib/monitor/metric.ts'
import { renderPrometheusText } from '../../../lib/monitor/prometheus-text.ts'

describe('renderPrometheusText', () => {
  it('writes counters with the shared labels before their own', async () => {
    const counter = new Counter('sent_total', 'What was sent')
    counter.series({ topic: 'a' }).value += 2
    counter.series({ topic: 'b' }).value++
    counter.series({ topic: 'a' }).value++
    expect(await renderPrometheusText([() => [counter]], { node: 'n1' })).to.equal(
      [
        '# HELP sent_total What was sent',
        '# TYPE sent_total counter',
        'sent_total{node="n1",topic="a"} 3',
        'sent_total{node="n1",topic="b"} 1',
        '',
      ].join('\n'),
    )
  })

  it('writes cumulative buckets, the sum and the count of a histogram', async () => {
    const histogram = new Histogram('took', 'Time', [1, 10])
    for (const value of [1, 2, 10, 11]) histogram.series({}).record(value)
    expect(
      (await renderPrometheusText([() => [histogram]], {})).split('\n').slice(1),
    ).to.deep.equal([
      '# TYPE took histogram',
      'took_bucket{le="1"} 1',
      'took_bucket{le="10"} 3',
      'took_bucket{le="+Inf"} 4',
      'took_sum 24',
      'took_count 4',
      '',
    ])
  })

  it('escapes label values and help', async () => {
    const odd = gauge('odd', 'two\nlines', () => [{ labels: { topic: 'a"b\\c\nd' }, value: 1 }])
    expect((await renderPrometheusText([() => [odd]], {})).split('\n')).to.include.members([
      '# HELP odd two\\nlines',
      'odd{topic="a\\"b\\\\c\\nd"} 1',
    ])
  })

  it('leaves out metrics without samples and awaits sources', async () => {
    const none = singleGauge('none', 'Nothing', () => undefined)
    const one = singleGauge('one', 'One', () => 1)
    const text = await renderPrometheusText([async () => [none, one]], {})
    expect(text).to.equal('# HELP one One\n# TYPE one gauge\none 1\n')
  })
})

describe('Counter', () => {
  it('counts in one series what is beyond its limit', () => {
    const counter = new Counter('sent_total', 'What was sent', 3)
    for (const topic of ['a', 'b', 'c', 'd', 'a']) counter.series({ topic }).value++
    expect([...counter.collect()]).to.deep.equal([
      { labels: { topic: 'a' }, value: 2 },
      { labels: { topic: 'b' }, value: 1 },
      { labels: { otel_metric_overflow: 'true' }, value: 2 },
    ])
  })
})
