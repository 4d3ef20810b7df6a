import { expect } from 'chai'
import { ProcessMetrics } from '../../../lib/monitor/process-metrics.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('ProcessMetrics', () => {
  it('tells each kind of garbage collection before there was one', () => {
    const { metrics } = new ProcessMetrics(new SimClock())
    const gc = metrics.find(({ name }) => name === 'rocketmq_server_gc_duration_seconds')
    const counts = [...(gc?.collect() ?? [])].filter(({ suffix }) => suffix === '_count')
    expect(counts.map(({ labels, value }) => [labels['kind'], value])).to.deep.equal([
      ['major', 0],
      ['minor', 0],
      ['incremental', 0],
      ['weakcb', 0],
    ])
  })
})
