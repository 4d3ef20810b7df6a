import { expect } from 'chai'
import { ActivityWatch } from '../../../lib/remoting/activity-watch.ts'

describe('ActivityWatch', () => {
  let watch: ActivityWatch

  beforeEach(() => {
    watch = new ActivityWatch({ maxIdleMs: 1000, writeStallMs: 500, frameTimeoutMs: 300 }, 0)
    watch.check(0, 0)
  })

  it('finds a connection idle after the idle time, not before', () => {
    expect(watch.check(999, 0)).to.equal(undefined)
    expect(watch.check(1000, 0)).to.equal('idle for 1 s')
  })

  it('counts the idle time from the check after the last activity', () => {
    watch.markActive()
    expect(watch.check(900, 0)).to.equal(undefined)
    expect(watch.check(1899, 0)).to.equal(undefined)
    expect(watch.check(1900, 0)).to.equal('idle for 1 s')
  })

  it('finds a peer that takes nothing, however much it sends', () => {
    watch.markActive()
    expect(watch.check(499, 10)).to.equal(undefined)
    watch.markActive()
    expect(watch.check(500, 10)).to.equal('the peer has read nothing for 0.5 s, 10 bytes wait')
  })

  it('is content with a peer that takes a little now and then', () => {
    for (let nowMs = 400; nowMs <= 4000; nowMs += 400) {
      watch.markProgress()
      expect(watch.check(nowMs, 10)).to.equal(undefined)
    }
  })

  it('finds a peer that does not end the frame which it has begun, however often it sends', () => {
    const check = (nowMs: number, awaitedFrame?: number) => {
      watch.markActive()
      return watch.check(nowMs, 0, awaitedFrame)
    }
    expect(check(100, 7)).to.equal(undefined)
    expect(check(399, 7)).to.equal(undefined)
    expect(check(399, 8), 'the next frame').to.equal(undefined)
    expect(check(600, undefined), 'we did not read').to.equal(undefined)
    expect(check(700, 8)).to.equal(undefined)
    expect(check(1000, 8)).to.equal('a frame is not complete after 0.3 s')
  })

  it('does not count the time in which nothing had to be written', () => {
    expect(watch.check(900, 0)).to.equal(undefined)
    watch.markActive()
    expect(watch.check(1399, 10)).to.equal(undefined)
    expect(watch.check(1400, 10)).to.equal('the peer has read nothing for 0.5 s, 10 bytes wait')
  })
})
