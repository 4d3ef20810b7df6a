import { expect } from 'chai'
import { PendingPuts, type PendingPut } from '../../../../lib/store/commitlog/pending-puts.ts'

describe('PendingPuts', () => {
  it('hands out what ends before an offset, in order, and keeps the rest', () => {
    const puts = new PendingPuts()
    for (const endOffset of [100, 200, 300]) puts.add({ endOffset } as PendingPut)
    const ends = (taken: PendingPut[]) => taken.map(({ endOffset }) => endOffset)
    expect(ends(puts.takeWritten(99))).to.deep.equal([])
    expect(ends(puts.takeWritten(200))).to.deep.equal([100, 200])
    expect(ends(puts.takeWritten(400))).to.deep.equal([300])
    expect(ends(puts.takeAll())).to.deep.equal([])
  })
})
