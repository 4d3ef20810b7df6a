import { expect } from 'chai'
import { BloomFilter } from '../../../../lib/broker/filter/bloom-filter.ts'

describe('BloomFilter', () => {
  it('has the size and the positions that Apache has', () => {
    const filter = new BloomFilter(20, 32)
    expect([filter.k, filter.m]).to.deep.equal([3, 112])
    expect(filter.generate('CG_SQL', 'TopicA')).to.deep.equal({ bitNum: 112, bitPos: [37, 11, 60] })
  })

  it('finds those that were added, by the lowest bit of the first byte first', () => {
    const filter = new BloomFilter(20, 32)
    const data = filter.generate('CG_SQL', 'TopicA')
    const bitMap = filter.newBitMap()
    expect(filter.isHit(data, bitMap)).to.equal(false)
    filter.hashTo(data, bitMap)
    expect(filter.isHit(data, bitMap)).to.equal(true)
    expect(filter.isHit(filter.generate('CG_OTHER', 'TopicA'), bitMap)).to.equal(false)
    expect(bitMap.toString('hex')).to.equal('0008000020000010000000000000')
  })

  it('knows data of another size', () => {
    const data = new BloomFilter(20, 32).generate('G', 'T')
    expect(new BloomFilter(20, 32).isValid(data)).to.equal(true)
    expect(new BloomFilter(20, 64).isValid(data)).to.equal(false)
    expect(new BloomFilter(1, 32).isValid({ ...data, bitNum: 312 })).to.equal(false)
    expect(new BloomFilter(20, 32).isValid(undefined)).to.equal(false)
  })

  it('refuses numbers that make no filter', () => {
    expect(() => new BloomFilter(0, 32)).to.throw('maxErrorRateOfBloomFilter')
    expect(() => new BloomFilter(100, 32)).to.throw('maxErrorRateOfBloomFilter')
    expect(() => new BloomFilter(20, 0)).to.throw('expectConsumerNumUseFilter')
  })
})
