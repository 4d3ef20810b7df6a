import { expect } from 'chai'
import fc from 'fast-check'
import { ConfigError } from '../../../lib/config/errors.ts'
import { formatProperties, parseProperties } from '../../../lib/config/properties.ts'

describe('properties', () => {
  it('are read by the rules of java.util.Properties', () => {
    const text = [
      '# a comment \\',
      '! another one',
      '',
      'plain=1',
      '  indented = 2',
      'colon: 3',
      'blank 4',
      'alone',
      'last=first',
      'last=second',
      'continued=a,\\',
      '    b',
      'path=C\\:\\\\store',
      'unicode=\\u4e2d',
      'equals=a=b:c',
      '__proto__=5',
    ].join('\r\n')
    expect(Object.fromEntries(parseProperties(text))).to.deep.equal(
      Object.fromEntries([
        ['plain', '1'],
        ['indented', '2'],
        ['colon', '3'],
        ['blank', '4'],
        ['alone', ''],
        ['last', 'second'],
        ['continued', 'a,b'],
        ['path', 'C:\\store'],
        ['unicode', '中'],
        ['equals', 'a=b:c'],
        ['__proto__', '5'],
      ]),
    )
  })

  it('are refused with a broken escape, as by Java, but in comments', () => {
    for (const text of ['a=\\u12', 'a=\\\\\\u', '\\uXYZ0=1']) {
      expect(() => parseProperties(text), text).to.throw(ConfigError, 'Malformed \\uxxxx encoding.')
    }
    const text = '# \\u\na=\\\\u\n!\\u'
    expect([...parseProperties(text)]).to.deep.equal([['a', '\\u']])
  })

  it('are written as key=value lines in the order of the keys', () => {
    const entries = new Map([
      ['b', 'two words'],
      ['a', 'C:\\store'],
    ])
    expect(formatProperties(entries)).to.equal('a=C:\\\\store\nb=two words\n')
  })

  it('read back what was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (dictionary) => {
        const entries = new Map(Object.entries(dictionary))
        expect(parseProperties(formatProperties(entries))).to.deep.equal(entries)
      }),
    )
  })
})
