import { expect } from 'chai'
import { MemoryGuard } from '../../../lib/remoting/memory-guard.ts'

describe('MemoryGuard', () => {
  let guard: MemoryGuard
  let cuts: string[]

  beforeEach(() => {
    cuts = []
    guard = new MemoryGuard({
      maxTotalPartialBytes: 100,
      maxTotalRequestBytes: 1000,
      maxTotalUnwrittenBytes: 200,
    })
  })

  function join(name: string) {
    const share = guard.join((reason) => {
      cuts.push(`${name}: ${reason}`)
      guard.leave(share)
    })
    return share
  }

  it('cuts whoever holds most when all together hold too much, until they do not', () => {
    const [first, second, third] = [join('first'), join('second'), join('third')]
    first.setUnwritten(90)
    second.setUnwritten(80)
    third.setUnwritten(30)
    expect(cuts).to.deep.equal([])
    third.setUnwritten(131)
    expect(cuts).to.deep.equal([
      'third: all connections together hold 301 bytes, 131 of them are answers that this peer does not read',
    ])
    first.setUnwritten(100)
    first.setUnwritten(121)
    expect(cuts.slice(1)).to.deep.equal([
      'first: all connections together hold 201 bytes, 121 of them are answers that this peer does not read',
    ])
  })

  it('keeps account of incomplete frames on their own', () => {
    const [first, second] = [join('first'), join('second')]
    first.setUnwritten(150)
    first.setPartial(10)
    second.setPartial(90)
    expect(cuts).to.deep.equal([])
    first.setPartial(11)
    expect(cuts).to.deep.equal([
      'second: all connections together hold 101 bytes, 90 of them are an incomplete frame of this peer',
    ])
  })

  it('forgets what connections held that have gone', () => {
    for (let round = 0; round < 10; round++) {
      const share = join('gone')
      share.setPartial(60)
      share.setUnwritten(150)
      guard.leave(share)
    }
    expect(cuts).to.deep.equal([])
  })

  it('is full while requests without an answer have too many bytes', () => {
    guard.addRequestBytes(999)
    expect(guard.isFull).to.equal(false)
    guard.addRequestBytes(1)
    expect(guard.isFull).to.equal(true)
    guard.addRequestBytes(-500)
    expect(guard.isFull).to.equal(false)
  })
})
