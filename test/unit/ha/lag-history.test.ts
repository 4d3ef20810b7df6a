import { expect } from 'chai'
import { LagHistory } from '../../../lib/ha/lag-history.ts'

describe('LagHistory', () => {
  it('tells for how long a slave has lacked what it lacks', () => {
    const history = new LagHistory()
    history.sample(1_000, 0)
    history.sample(2_000, 100)
    history.sample(3_000, 300)
    expect(history.lagMs(3_500, 400, 400)).to.equal(0)
    expect(history.lagMs(3_500, 400, 350)).to.equal(250)
    expect(history.lagMs(3_500, 400, 200)).to.equal(1_000)
    expect(history.lagMs(3_500, 400, 50)).to.equal(2_000)
    expect(history.lagMs(3_500, 400, 0)).to.equal(2_500)
  })

  it('does not count the time in which nothing came', () => {
    const history = new LagHistory()
    for (let second = 0; second < 10; second++) history.sample(second * 1_000, 100)
    expect(history.lagMs(9_200, 150, 100)).to.equal(200)
  })

  it('goes back for an hour, and then says as much', () => {
    const history = new LagHistory()
    for (let second = 1; second <= 10_000; second++) history.sample(second * 1_000, second * 10)
    expect(history.lagMs(10_000_000, 100_000, 99_990)).to.equal(1_000)
    expect(history.lagMs(10_000_000, 100_000, 70_000)).to.equal(3_000_000)
    expect(history.lagMs(10_000_000, 100_000, -1)).to.equal(3_599_000)
  })
})
