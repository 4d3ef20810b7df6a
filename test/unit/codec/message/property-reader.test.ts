import { expect } from 'chai'
import * as fc from 'fast-check'
import { findProperty } from '../../../../codec/message/properties.ts'
import { PropertyName, PropertyReader } from '../../../../codec/message/property-reader.ts'

const MARGIN = 3

/** A reader of encoded properties that have bytes of others around them. */
function readerOf(text: string): PropertyReader {
  const bytes = Buffer.from(text)
  const reader = new PropertyReader()
  const around = Buffer.alloc(MARGIN, 'a\u0001\u0002')
  reader.reset(Buffer.concat([around, bytes, around]), MARGIN, MARGIN + bytes.length)
  return reader
}

function find(text: string, name: string): string | undefined {
  const reader = readerOf(text)
  return reader.find(new PropertyName(name)) ? reader.text : undefined
}

describe('PropertyReader', () => {
  it('finds the first, a middle and the last property', () => {
    const text = 'first\u00011\u0002aa\u0001zwei\u0002last\u0001\u4e2d\u0002'
    expect(['first', 'aa', 'last'].map((name) => find(text, name))).to.deep.equal([
      '1',
      'zwei',
      '\u4e2d',
    ])
    expect(['f', 'a', 'aaa', 'zwei', 'st', 'none'].map((name) => find(text, name))).to.deep.equal(
      Array<undefined>(6).fill(undefined),
    )
  })

  it('takes the last of two that has a value, and needs no separator at the end', () => {
    expect(find('a\u00011\u0002a\u00012\u0002', 'a')).to.equal('2')
    expect(find('a\u00011\u0002a\u0001\u0002', 'a')).to.equal('1')
    expect(find('b\u00011\u0002a\u000123', 'a')).to.equal('23')
    expect(find('b\u00011\u0002a\u0001', 'a')).to.equal(undefined)
    expect(find('', 'a')).to.equal(undefined)
  })

  it('finds what a search in the decoded text finds', () => {
    const symbol = fc.constantFrom('\u0001', '\u0002', 'a', 'b', 'c', 'abc', 'ab', '7')
    const name = fc.constantFrom('a', 'ab', 'abc', 'bab', 'aab', 'abcabc')
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 60 }), name, (symbols, wanted) => {
        const text = symbols.join('')
        expect(find(text, wanted)).to.equal(findProperty(text, wanted))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads integers of up to 15 digits', () => {
    const integer = (value: string) => {
      const reader = readerOf(`x\u00010\u0002n\u0001${value}\u0002`)
      return reader.find(new PropertyName('n')) ? reader.integer : null
    }
    expect(['0', '98', '-7', '+7', '007', '999999999999999'].map(integer)).to.deep.equal([
      ...[0, 98, -7, 7, 7, 999999999999999],
    ])
    expect(
      ['', '-', '1.5', '1e3', ' 1', '1 ', '0x1', '1234567890123456'].map(integer),
    ).to.deep.equal([null, ...Array<undefined>(7).fill(undefined)])
  })

  it('compares a value with a text', () => {
    const reader = readerOf('s\u0001gr\u00fcn\u0002t\u00011\u0002')
    expect(reader.find(new PropertyName('s'))).to.equal(true)
    const isText = (text: string) => reader.isText(Buffer.from(text))
    expect(['gr\u00fcn', 'gr\u00fc', 'gr\u00fcnx', 'gruen'].map(isText)).to.deep.equal([
      ...[true, false, false, false],
    ])
  })
})
