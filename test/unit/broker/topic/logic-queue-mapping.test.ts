import { expect } from 'chai'
import {
  buildIdMap,
  checkLogicQueueMappingItemOffset,
  computeMaxOffsetFromMapping,
  computePhysicalQueueOffset,
  computeStaticQueueOffsetLoosely,
  computeStaticQueueOffsetStrictly,
  findLogicQueueMappingItem,
  findNext,
  makeSureLogicQueueMappingItemImmutable,
} from '../../../../lib/broker/topic/logic-queue-mapping.ts'
import { mappingDetail, part } from '../../../helpers/static-topic.ts'

const FIRST = part()
const SECOND = part({ gen: 1, bname: 'broker-b', queueId: 2, logicOffset: 10_000 })
const MOVING = part({ gen: 2, queueId: 3, logicOffset: -1 })

describe('logic queue mapping', () => {
  it('counts logical offsets from where the part begins', () => {
    const item = part({ logicOffset: 10_000, startOffset: 5, endOffset: 25 })
    expect(computeStaticQueueOffsetLoosely(item, 3)).to.equal(10_000)
    expect(computeStaticQueueOffsetLoosely(item, 7)).to.equal(10_002)
    expect(computeStaticQueueOffsetLoosely(item, 30)).to.equal(10_020)
    expect(computeStaticQueueOffsetStrictly(item, 3)).to.equal(10_000)
    expect(computeStaticQueueOffsetStrictly(item, 30)).to.equal(10_025)
    expect(computePhysicalQueueOffset(item, 10_002)).to.equal(7)
    expect(computeMaxOffsetFromMapping([FIRST, item])).to.equal(10_020)
    expect(computeMaxOffsetFromMapping([FIRST, SECOND])).to.equal(10_000)
    expect(computeMaxOffsetFromMapping([])).to.equal(-1)
    expect(computeStaticQueueOffsetLoosely(MOVING, 7)).to.equal(-1)
  })

  it('finds the part that holds an offset, and passes by a part whose place is not known', () => {
    const items = [FIRST, SECOND, MOVING]
    expect(findLogicQueueMappingItem(items, 9_999)).to.equal(FIRST)
    expect(findLogicQueueMappingItem(items, 10_000)).to.equal(SECOND)
    expect(findLogicQueueMappingItem(items, 99_999)).to.equal(SECOND)
    expect(findLogicQueueMappingItem([SECOND], 3)).to.equal(SECOND)
    expect(findLogicQueueMappingItem([MOVING], 3)).to.equal(undefined)
    expect(findNext(items, FIRST)).to.equal(SECOND)
    expect(findNext(items, SECOND)).to.equal(undefined)
    expect(findNext(items, MOVING)).to.equal(undefined)
  })

  it('names the queues whose last part the broker has', () => {
    const detail = mappingDetail([[FIRST], [FIRST, SECOND], [part({ queueId: 5 })]])
    expect(buildIdMap(detail)).to.deep.equal(
      new Map([
        [0, 0],
        [2, 5],
      ]),
    )
  })

  const illegal: [string, Parameters<typeof part>[0][]][] = [
    ['The field is illegal, should not be negative', [{ queueId: -1 }]],
    ['The endOffset is smaller than the start offset', [{ startOffset: 5, endOffset: 4 }]],
    ['The non-latest item has negative logic offset', [{ logicOffset: -1 }, { gen: 1 }]],
    ['The gen does not increase monotonically', [{ gen: 1 }, { gen: 1, logicOffset: 10 }]],
    ['The base logic offset does not increase monotonically', [{}, { gen: 1 }]],
    [
      'The max logic offset does not increase monotonically',
      [{ endOffset: 10 }, { gen: 1, logicOffset: 10 }],
    ],
  ]
  for (const [remark, parts] of illegal) {
    it(`refuses parts: ${remark}`, () => {
      expect(() => checkLogicQueueMappingItemOffset(parts.map(part))).to.throw(remark)
    })
  }

  it('takes parts that follow each other', () => {
    checkLogicQueueMappingItemOffset([FIRST, SECOND, MOVING])
    checkLogicQueueMappingItemOffset([])
  })

  it('lets parts be added, decided and cleaned, but not changed', () => {
    const check = makeSureLogicQueueMappingItemImmutable
    check([FIRST], [FIRST, SECOND], false)
    check([FIRST, SECOND], [SECOND], true)
    check([SECOND, MOVING], [SECOND, { ...MOVING, logicOffset: 20_000 }], true)
    expect(() => check([FIRST], [], false)).to.throw('The new item list is null or empty')
    expect(() => check([FIRST], [FIRST, SECOND], true)).to.throw(
      'The new leader is different but epoch equal',
    )
    expect(() => check([FIRST, SECOND], [{ ...FIRST, queueId: 1 }, SECOND], false)).to.throw(
      'The item of gen 0 is immutable',
    )
    expect(() => check([SECOND], [{ ...SECOND, logicOffset: 1 }], false)).to.throw(
      'The item of gen 1 is immutable',
    )
  })
})
