import { expect } from 'chai'
import fc from 'fast-check'
import Long from 'long'
import { CodecError } from '../../../codec/errors.ts'
import { FastjsonParser } from '../../../codec/fastjson-parser.ts'
import { parseJson } from '../../../codec/fastjson.ts'

const lenient = (text: string): unknown => new FastjsonParser(text, 64).parse()

describe('parseJson', () => {
  it('reads numbers, names and objects that stand unquoted as keys', () => {
    expect(parseJson('{"offsetTable":{0:7,-1:6}}')).to.deep.equal({
      offsetTable: { '0': 7, '-1': 6 },
    })
    expect(parseJson('{code:1, $ref : null}')).to.deep.equal({ code: 1, $ref: null })
    expect(parseJson('{{"topic":"T","queueId":0}:{"a":1}}')).to.deep.equal({
      '{"topic":"T","queueId":0}': { a: 1 },
    })
  })

  it('reads strings in single quotes, all escapes and control characters', () => {
    expect(parseJson(`{'a':'it\\'s "b"'}`)).to.deep.equal({ a: `it's "b"` })
    expect(parseJson('{0:"\\u0041\\n\\/\\v\\\\"}')).to.deep.equal({ '0': 'A\n/\v\\' })
    expect(parseJson('{"a":"x\ty\u0000"}')).to.deep.equal({ a: 'x\ty\u0000' })
  })

  it('keeps every digit of an integer beyond 2^53', () => {
    const value = parseJson('{"endOffset":9223372036854775807,"min":-9223372036854775808}')
    expect(value).to.deep.equal({ endOffset: Long.MAX_VALUE, min: Long.MIN_VALUE })
    expect(parseJson('9007199254740991')).to.equal(9007199254740991)
    expect(parseJson('9007199254740993')).to.deep.equal(Long.fromString('9007199254740993'))
  })

  it('takes long digits in strings for what they are', () => {
    expect(parseJson('{"id":"12345678901234567890\\"1"}')).to.deep.equal({
      id: '12345678901234567890"1',
    })
  })

  it('sets __proto__ like any other key', () => {
    const value = lenient('{"__proto__":{"polluted":1},1:2}') as object
    expect(Object.keys(value)).to.have.members(['__proto__', '1'])
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype)
  })

  const refused: [string, string][] = [
    ['', 'invalid JSON at character 0: a value expected'],
    ['{', 'invalid JSON at character 1: a key expected'],
    ['{"a" 1}', "invalid JSON at character 5: ':' expected"],
    ['{"a":1,}', 'invalid JSON at character 7: a key expected'],
    ['[1 2]', "invalid JSON at character 3: ']' expected"],
    ['["a]', 'invalid JSON at character 1: a string without end'],
    ['"\\q"', 'invalid JSON at character 4: an unknown escape \\q before this'],
    ['1 x', 'invalid JSON at character 2: text after the end'],
    ['-', 'invalid JSON at character 0: a number expected'],
    ['nul', 'invalid JSON at character 0: a value expected'],
    [
      '9223372036854775808',
      'invalid JSON at character 19: 9223372036854775808 is no 64-bit integer',
    ],
    ['['.repeat(65), 'invalid JSON at character 64: nested deeper than 64 levels'],
    ['{{'.repeat(40), 'invalid JSON at character 64: nested deeper than 64 levels'],
  ]
  for (const [text, message] of refused) {
    it(`refuses ${text.slice(0, 20)}`, () => {
      expect(() => parseJson(text)).to.throw(CodecError, message)
    })
  }

  it('reads valid JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6 }).filter((json) => !/\d{16}/.test(json)),
        (text) => {
          const expected: unknown = JSON.parse(text)
          expect(lenient(text)).to.deep.equal(expected)
          expect(parseJson(text)).to.deep.equal(expected)
        },
      ),
    )
  })

  it('throws nothing but CodecError for whatever text', () => {
    const soup = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        "'",
        '\\',
        '1',
        '-',
        'e',
        '.',
        'a',
        'null',
        ' ',
        '\\u00',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          soup.map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            parseJson(text)
          } catch (error) {
            expect(error).to.be.instanceOf(CodecError)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('throws nothing but CodecError for whatever bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          parseJson(Buffer.from(bytes))
        } catch (error) {
          expect(error).to.be.instanceOf(CodecError)
        }
      }),
    )
  })
})
