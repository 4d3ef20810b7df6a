import { expect } from 'chai'
import { DecisionCache } from '../../../lib/auth/decision-cache.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('DecisionCache', () => {
  it('keeps no names that are longer than any real one', () => {
    const cache = new DecisionCache({ clock: new SimClock(), maxNum: 10, expiredSecond: 60 })
    const decided: string[] = []
    const ask = (key: string) =>
      cache.get(key, () => {
        decided.push(key)
        return 'no'
      })
    const [longest, tooLong] = ['x'.repeat(1024), 'x'.repeat(1025)]
    for (const key of [longest, longest, tooLong, tooLong]) expect(ask(key)).to.equal('no')
    expect(decided).to.deep.equal([longest, tooLong, tooLong])
  })
})
