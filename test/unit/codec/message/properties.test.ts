import { expect } from 'chai'
import fc from 'fast-check'
import {
  appendProperty,
  closeProperties,
  decodeProperties,
  deleteProperty,
  encodeProperties,
  findProperty,
} from '../../../../codec/message/properties.ts'

/** Texts that are likely to hold names, separators and empty parts in every order. */
const textArbitrary = fc
  .array(fc.constantFrom('\x01', '\x02', 'TAGS', 'T', 'KEYS', 'a', 'TAGS\x01', '\x02TAGS\x01x'))
  .map((parts) => parts.join(''))

describe('message properties', () => {
  it('encodes in order, closed by a separator, without undefined values', () => {
    const text = encodeProperties([
      ['a', '1'],
      ['b', undefined],
      ['c', ''],
    ])
    expect(text).to.equal('a\x011\x02c\x01\x02')
  })

  it('drops pairs without name or value and tolerates a missing last separator', () => {
    const properties = decodeProperties('\x01x\x02a\x01\x02b\x02c\x01d\x01e\x02f\x01g')
    expect([...properties]).to.deep.equal([
      ['c', 'd\x01e'],
      ['f', 'g'],
    ])
  })

  it('finds what decoding finds, in any text', () => {
    fc.assert(
      fc.property(textArbitrary, fc.constantFrom('TAGS', 'T', 'KEYS', 'a'), (text, name) => {
        expect(findProperty(text, name)).to.equal(decodeProperties(text).get(name))
      }),
    )
  })

  it('takes the last of two values, as a batch member has them', () => {
    expect(findProperty('UNIQ_KEY\x01A\x02WAIT\x01true\x02UNIQ_KEY\x01B\x02', 'UNIQ_KEY')).to.equal(
      'B',
    )
  })

  it('does not take the end of a longer name for a name', () => {
    expect(findProperty('RETRY_TAGS\x01x\x02', 'TAGS')).to.equal(undefined)
    expect(deleteProperty('RETRY_TAGS\x01x\x02TAGS\x01y\x02', 'TAGS')).to.equal(
      'RETRY_TAGS\x01x\x02',
    )
  })

  it('deletes every value of a name and leaves the rest', () => {
    expect(deleteProperty('a\x011\x02b\x012\x02a\x013', 'a')).to.equal('b\x012\x02')
    expect(deleteProperty('a\x011', 'a')).to.equal('')
    expect(deleteProperty('b\x012\x02', 'a')).to.equal('b\x012\x02')
  })

  it('appends behind a text with or without a last separator', () => {
    expect(appendProperty('a\x011', 'b', '2')).to.equal('a\x011\x02b\x012\x02')
    expect(appendProperty('', 'b', '2')).to.equal('b\x012\x02')
    expect(closeProperties('a\x011\x02')).to.equal('a\x011\x02')
  })
})
