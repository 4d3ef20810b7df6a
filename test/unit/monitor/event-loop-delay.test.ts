import { expect } from 'chai'
import type { Clock } from '../../../lib/common/clock.ts'
import { EventLoopDelay } from '../../../lib/monitor/event-loop-delay.ts'

describe('EventLoopDelay', () => {
  it('counts by how much timers were late, while it is started', async () => {
    let nowMs = 1_000
    let look: (() => void) | undefined
    const clock: Clock = {
      now: () => nowMs,
      monotonic: () => nowMs,
      setTimeout: () => ({ cancel: () => undefined }),
      setInterval: (callback, periodMs) => {
        expect(periodMs).to.equal(20)
        look = callback
        return { cancel: () => (look = undefined) }
      },
    }
    const delay = new EventLoopDelay(clock)
    await delay.start()
    for (const passedMs of [20, 19, 26, 320]) {
      nowMs += passedMs
      look?.()
    }
    await delay.stop()
    expect(look).to.equal(undefined)
    const samples = [...delay.metric.collect()]
    const buckets = samples.filter(({ suffix }) => suffix === '_bucket')
    expect(buckets.map(({ labels, value }) => [labels['le'], value])).to.deep.equal([
      ...[
        ['0.001', 2],
        ['0.005', 2],
        ['0.01', 3],
        ['0.025', 3],
        ['0.05', 3],
        ['0.1', 3],
      ],
      ...[
        ['0.25', 3],
        ['0.5', 4],
        ['1', 4],
        ['2.5', 4],
        ['+Inf', 4],
      ],
    ])
    const sum = samples.find(({ suffix }) => suffix === '_sum')?.value
    expect(sum).to.be.closeTo(0.306, 1e-9)
  })
})
