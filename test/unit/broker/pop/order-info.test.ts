import { expect } from 'chai'
import {
  ackOffset,
  getLockFreeTimestamp,
  mergeOffsetConsumedCount,
  needBlock,
  newOrderInfo,
  nextOffsetOf,
} from '../../../../lib/broker/pop/order-info.ts'

/** Offsets 10, 12 and 13, popped at 1,000 ms and invisible until 6,000 ms. */
function popped(given: object = {}) {
  const times = { popTimeMs: 1_000, invisibleTimeMs: 5_000, nowMs: 1_000 }
  return newOrderInfo({ attemptId: 'A', offsets: [10, 12, 13], ...times, ...given })
}

describe('OrderInfo', () => {
  it('goes on at the first message that is open, behind the last when none is', () => {
    const info = popped()
    const next = [13, 10, 12].map((offset) => {
      ackOffset(info, offset)
      return nextOffsetOf(info)
    })
    expect(next).to.deep.equal([10, 12, 14])
    expect(ackOffset(info, 11)).to.equal(false)
  })

  it('holds 32 messages', () => {
    const info = popped({ offsets: Array.from({ length: 32 }, (_, index) => 100 + index) })
    for (let offset = 100; offset < 132; offset++) expect(ackOffset(info, offset)).to.equal(true)
    expect([info.cm, nextOffsetOf(info)]).to.deep.equal([0xffffffff, 132])
  })

  it('blocks others until all that is open is visible, the same attempt never', () => {
    const info = popped()
    expect(needBlock(info, 'A', 1, 5_999)).to.equal(false)
    expect(needBlock(info, 'B', 1, 5_999)).to.equal(true)
    expect(needBlock(info, 'B', 1, 6_000)).to.equal(false)
  })

  it('goes by the changed time of a message, while it is open', () => {
    const info = popped()
    info.ot = new Map([[12, 9_000]])
    expect(needBlock(info, 'B', 1, 8_999)).to.equal(true)
    expect(getLockFreeTimestamp(info, 7_000)).to.equal(9_000)
    ackOffset(info, 12)
    expect(needBlock(info, 'B', 1, 6_000)).to.equal(false)
  })

  it('counts how often a message was popped, the same attempt as one', () => {
    const first = popped()
    const second = popped({ attemptId: 'B', offsets: [12, 13, 14] })
    mergeOffsetConsumedCount(second, first)
    expect([...(second.oc ?? [])]).to.deep.equal([
      [12, 1],
      [13, 1],
    ])
    const again = popped({ attemptId: 'B', offsets: [12, 13, 14] })
    mergeOffsetConsumedCount(again, second)
    expect(again.oc).to.equal(second.oc)
  })
})
