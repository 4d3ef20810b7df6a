import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { PeriodicMetricReader } from '../../../../lib/monitor/otlp/periodic-metric-reader.ts'
import type { ResourceMetrics } from '../../../../lib/monitor/otlp/metrics-data.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const METRICS: ResourceMetrics = { resource: { attributes: [] }, scopeMetrics: [] }

describe('PeriodicMetricReader', () => {
  let clock: SimClock
  let logger: RecordingLogger
  let isBroken: boolean
  let exports: number[]
  let reader: PeriodicMetricReader

  beforeEach(async () => {
    clock = new SimClock()
    logger = new RecordingLogger()
    isBroken = false
    exports = []
    const startMs = clock.now()
    reader = new PeriodicMetricReader({
      intervalMs: 1_000,
      collect: () => Promise.resolve(METRICS),
      exporter: {
        export: () => {
          exports.push(clock.now() - startMs)
          return isBroken ? Promise.reject(new Error('refused')) : Promise.resolve()
        },
      },
      clock,
      logger,
    })
    await reader.start()
  })
  afterEach(() => reader.stop())

  async function advance(ms: number): Promise<void> {
    clock.advance(ms)
    await nextTurn()
  }

  it('exports at each interval, and once more when it stops', async () => {
    await advance(1_000)
    await advance(1_000)
    await advance(500)
    await reader.stop()
    await reader.stop()
    await advance(1_000)
    expect(exports).to.deep.equal([1_000, 2_000, 2_500])
    expect(clock.pendingTimers).to.equal(0)
  })

  it('goes on after a failure, with one line when it begins and one when it ends', async () => {
    isBroken = true
    await advance(1_000)
    await advance(1_000)
    isBroken = false
    await advance(1_000)
    expect(exports).to.deep.equal([1_000, 2_000, 3_000])
    expect(logger.lines.map(({ event }) => event)).to.deep.equal([
      'metrics not exported',
      'works again: metrics not exported',
    ])
  })
})
