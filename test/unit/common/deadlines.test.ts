import { expect } from 'chai'
import { Deadlines } from '../../../lib/common/deadlines.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

interface Item {
  readonly name: string
  deadlineBucket: number | undefined
}

function item(name: string): Item {
  return { name, deadlineBucket: undefined }
}

describe('Deadlines', () => {
  let clock: SimClock
  let due: string[]
  let deadlines: Deadlines<Item>

  beforeEach(() => {
    clock = new SimClock(1_000_000)
    due = []
    deadlines = new Deadlines<Item>(clock, 100, ({ name }) => due.push(`${name}@${clock.now()}`))
  })

  it('passes each item on at its deadline or up to the granularity later', () => {
    deadlines.set(item('b'), 250)
    deadlines.set(item('a'), 100)
    deadlines.set(item('c'), 15_000)
    clock.advance(20_000)
    expect(due).to.deep.equal(['a@1000100', 'b@1000300', 'c@1015000'])
  })

  it('runs one timer for all items and none without items', () => {
    for (let i = 0; i < 1000; i++) deadlines.set(item(`${i}`), 15_000 + (i % 7))
    expect(clock.pendingTimers).to.equal(1)
    clock.advance(15_100)
    expect(due).to.have.length(1000)
    expect(clock.pendingTimers).to.equal(0)
  })

  it('forgets an item that is cleared', () => {
    const cleared = item('cleared')
    deadlines.set(cleared, 500)
    deadlines.set(item('stays'), 500)
    deadlines.clear(cleared)
    deadlines.clear(cleared)
    clock.advance(1000)
    expect(due).to.deep.equal(['stays@1000500'])
  })

  it('brings a deadline forward, never back', () => {
    const early = item('early')
    const late = item('late')
    deadlines.set(early, 300)
    deadlines.set(late, 15_000)
    deadlines.setAtMost(early, 5000)
    deadlines.setAtMost(late, 5000)
    clock.advance(20_000)
    expect(due).to.deep.equal(['early@1000300', 'late@1005000'])
  })

  it('passes on at once what has no time left', () => {
    deadlines.set(item('now'), -5)
    clock.advance(0)
    expect(due).to.deep.equal(['now@1000000'])
  })

  it('takes a delay beyond what timers can wait', () => {
    deadlines.set(item('far'), 3_000_000_000)
    clock.advance(2_900_000_000)
    expect(due).to.deep.equal([])
    clock.advance(100_000_000)
    expect(due).to.deep.equal(['far@3001000000'])
  })

  it('takes items that are set while items fall due', () => {
    const again = new Deadlines<Item>(clock, 100, (each) => {
      due.push(`${each.name}@${clock.now()}`)
      if (due.length < 3) again.set(each, 100)
    })
    again.set(item('x'), 100)
    clock.advance(1000)
    expect(due).to.deep.equal(['x@1000100', 'x@1000200', 'x@1000300'])
  })

  it('holds no timer after stop', () => {
    deadlines.set(item('x'), 100)
    deadlines.stop()
    expect(clock.pendingTimers).to.equal(0)
  })
})
