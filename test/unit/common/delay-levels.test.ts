import { expect } from 'chai'
import { DelayLevels } from '../../../lib/common/delay-levels.ts'

describe('DelayLevels', () => {
  it('reads delays with s, m, h and d', () => {
    const levels = new DelayLevels('1s 30s 2m 1h 1d')
    expect(levels.delaysMs).to.deep.equal([1_000, 30_000, 120_000, 3_600_000, 86_400_000])
    expect(levels.maxDelayLevel).to.equal(5)
  })

  it('adds the delay of a level to the store time, that of the last for levels beyond it', () => {
    const levels = new DelayLevels('1s 5s')
    expect(levels.computeDeliverTimestamp(2, 100)).to.equal(5_100)
    expect(levels.computeDeliverTimestamp(3, 100)).to.equal(5_100)
  })

  it('refuses what is not a delay', () => {
    for (const text of ['', '1', 's', '1x', '1s  2s', '-1s']) {
      expect(() => new DelayLevels(text), text).to.throw('messageDelayLevel')
    }
  })
})
