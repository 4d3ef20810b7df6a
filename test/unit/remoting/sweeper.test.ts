import { expect } from 'chai'
import { SWEEP_PERIOD_MS, Sweeper } from '../../../lib/remoting/sweeper.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('Sweeper', () => {
  it('asks everything it knows in each period, with one timer', () => {
    const clock = new SimClock(0)
    const sweeper = new Sweeper(clock)
    const asked: string[] = []
    sweeper.add({ sweep: (nowMs) => asked.push(`a ${nowMs}`) })
    sweeper.add({ sweep: (nowMs) => asked.push(`b ${nowMs}`) })
    expect(clock.pendingTimers).to.equal(1)
    clock.advance(2 * SWEEP_PERIOD_MS)
    expect(asked).to.deep.equal(['a 200', 'b 200', 'a 400', 'b 400'])
  })

  it('has no timer while there is nothing to ask', () => {
    const clock = new SimClock(0)
    const sweeper = new Sweeper(clock)
    expect(clock.pendingTimers).to.equal(0)
    const item = { sweep: () => sweeper.remove(item) }
    sweeper.add(item)
    clock.advance(SWEEP_PERIOD_MS)
    expect(clock.pendingTimers).to.equal(0)
    sweeper.add(item)
    expect(clock.pendingTimers).to.equal(1)
    sweeper.remove(item)
  })
})
