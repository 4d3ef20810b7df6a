import { expect } from 'chai'
import type { Timer } from '../../../lib/common/clock.ts'
import { repeat } from '../../../lib/common/repeat.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('repeat', () => {
  let clock: SimClock
  let calls: number[]
  let periodMs: number
  let timer: Timer

  beforeEach(() => {
    clock = new SimClock(0)
    calls = []
    periodMs = 100
    timer = repeat(
      clock,
      () => calls.push(clock.now()),
      () => periodMs,
    )
  })

  it('calls once in each period', () => {
    clock.advance(350)
    expect(calls).to.deep.equal([100, 200, 300])
  })

  it('takes another period after the wait that runs', () => {
    clock.advance(150)
    periodMs = 10
    clock.advance(80)
    expect(calls).to.deep.equal([100, 200, 210, 220, 230])
  })

  it('ends when it is cancelled, between two calls and in one', () => {
    timer.cancel()
    expect(clock.pendingTimers).to.equal(0)
    const once = repeat(
      clock,
      () => once.cancel(),
      () => 1,
    )
    clock.advance(10)
    expect(clock.pendingTimers).to.equal(0)
  })
})
