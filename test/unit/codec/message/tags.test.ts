import { expect } from 'chai'
import { javaHashCode } from '../../../../codec/java.ts'
import { tagsString2tagsCode } from '../../../../codec/message/tags.ts'

describe('tags code', () => {
  it("is Java's hash of the tag, 0 without one", () => {
    expect(tagsString2tagsCode('TagA')).to.equal(2598919)
    expect(tagsString2tagsCode(undefined)).to.equal(0)
    expect(tagsString2tagsCode('')).to.equal(0)
  })

  it('overflows as int32 does', () => {
    expect(javaHashCode('polygenelubricants')).to.equal(-2147483648)
  })
})
