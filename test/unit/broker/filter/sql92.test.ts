import { expect } from 'chai'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { PropertyReader } from '../../../../codec/message/property-reader.ts'
import { compileSql92, Sql92Error } from '../../../../lib/broker/filter/sql92/sql92.ts'
import { EvaluationError } from '../../../../lib/broker/filter/sql92/values.ts'

const PROPERTIES: Readonly<Record<string, string>> = {
  a: '7',
  f: '7.5',
  s: 'abc',
  b: 'true',
  TAGS: 'TagA',
  e: '1e1',
  q: "it's",
}

/** `true`, `false` or `null`; PARSE-ERR when it cannot be used, EVAL-EXC when it cannot be evaluated. */
function outcome(expression: string, properties = PROPERTIES): string {
  try {
    const bytes = Buffer.from(encodeProperties(Object.entries(properties)))
    const reader = new PropertyReader()
    reader.reset(bytes, 0, bytes.length)
    return String(compileSql92(expression)(reader))
  } catch (error) {
    if (error instanceof Sql92Error) return 'PARSE-ERR'
    if (error instanceof EvaluationError) return 'EVAL-EXC'
    throw error
  }
}

/** Measured with the filter classes of Apache 5.3.3. */
const MEASURED: readonly (readonly [expression: string, outcome: string])[] = [
  ['a > 5', 'true'],
  ['a > 5.5', 'true'],
  ['a = 7', 'true'],
  ['a = 7.0', 'true'],
  ["a = '7'", 'true'],
  ["a > '5'", 'PARSE-ERR'],
  ['f > 5', 'EVAL-EXC'],
  ['f > 7.4', 'true'],
  ['f = 7.5', 'true'],
  ['s > 5', 'EVAL-EXC'],
  ["s > 'abb'", 'PARSE-ERR'],
  ["s = 'abc'", 'true'],
  ["s <> 'abd'", 'true'],
  ["s IN ('abc','x')", 'true'],
  ["a IN ('7')", 'true'],
  ['a IN (7)', 'PARSE-ERR'],
  ["a NOT IN ('8')", 'true'],
  ['nope > 1', 'null'],
  ['nope IS NULL', 'true'],
  ['nope IS NOT NULL', 'false'],
  ['nope = 1', 'null'],
  ['nope <> 1', 'null'],
  ['NOT (nope = 1)', 'null'],
  ['NOT (a = 1)', 'true'],
  ['b', 'false'],
  ['b = TRUE', 'true'],
  ['b = true', 'true'],
  ["b = 'true'", 'true'],
  ['NOT b', 'true'],
  ['a BETWEEN 5 AND 8', 'true'],
  ['a NOT BETWEEN 5 AND 8', 'false'],
  ["s CONTAINS 'b'", 'true'],
  ["s NOT CONTAINS 'b'", 'false'],
  ["s STARTSWITH 'ab'", 'true'],
  ["s ENDSWITH 'bc'", 'true'],
  ["nope CONTAINS 'b'", 'false'],
  ["nope NOT CONTAINS 'b'", 'false'],
  ['e > 9', 'EVAL-EXC'],
  ['e > 9.5', 'true'],
  ["q = 'it''s'", 'true'],
  ['-a < 0', 'null'],
  ['a < -5', 'false'],
  ['a > 5 AND nope = 1', 'null'],
  ['a > 5 OR nope = 1', 'true'],
  ['nope = 1 OR a > 5', 'true'],
  ['nope IS NULL AND a = 7', 'true'],
  ["TAGS = 'TagA'", 'true'],
  ['TRUE', 'true'],
  ['a', 'false'],
  ['a + 1 > 5', 'false'],
  ["a LIKE '7'", 'false'],
  ['a != 1', 'PARSE-ERR'],
  ['a > 99999999999999999999', 'PARSE-ERR'],
  ['a = 7L', 'true'],
  ['a > 5 /* c */ -- x', 'true'],
  ['a is not null', 'true'],
  ['a-b > 1', 'false'],
  ['a.b > 1', 'PARSE-ERR'],
  ['中 = 1', 'PARSE-ERR'],
  ['a > 5 a', 'true'],
  ['', 'PARSE-ERR'],
  ['NULL IS NULL', 'true'],
  ['5 > a', 'false'],
  ['5 < a', 'true'],
  ['1 = 1', 'true'],
  ['a = NULL', 'PARSE-ERR'],
  ["nope NOT IN ('x')", 'null'],
  ['nope NOT BETWEEN 1 AND 2', 'null'],
  ['a == 7', 'PARSE-ERR'],
  ['(a > 5)', 'true'],
  ["a >= 7 and (s = 'x' or b = true)", 'true'],
  ['BETWEEN = 1', 'PARSE-ERR'],
  ['a = TRUE', 'false'],
]

/** Read off Apache's classes. */
const FROM_SOURCE: readonly (readonly [expression: string, outcome: string])[] = [
  ['a = 1 =', 'PARSE-ERR'],
  ['a NOT 5', 'PARSE-ERR'],
  ['a IS 5', 'PARSE-ERR'],
  ['a = 1 OR', 'PARSE-ERR'],
  ['1 < a < 9', 'PARSE-ERR'],
  ['(a = 7) = TRUE', 'true'],
  ["(a = 7) = 'true'", 'EVAL-EXC'],
  ['TRUE = 1', 'PARSE-ERR'],
  ['1 = TRUE', 'false'],
  ['a BETWEEN 8 AND 5', 'PARSE-ERR'],
  ['a BETWEEN NULL AND 5', 'PARSE-ERR'],
  ["a BETWEEN 'x' AND 'y'", 'PARSE-ERR'],
  ['a BETWEEN -5 AND 8', 'true'],
  ['nope BETWEEN 5 AND 8', 'null'],
  ["5 IN ('5')", 'PARSE-ERR'],
  ["s CONTAINS ''", 'false'],
  ["s NOT CONTAINS ''", 'false'],
  ["s NOT STARTSWITH 'b'", 'true'],
  ["s NOT ENDSWITH 'b'", 'true'],
  ['NOT a = 7', 'false'],
  ['NOT (a = 7 AND nope = 1)', 'null'],
  ['nope = 1 AND a = 8', 'false'],
  ['nope = nix', 'true'],
  ['a = 7l', 'true'],
  ['a = 3000000000', 'false'],
  ['a < 3000000000', 'true'],
  ['9223372036854775807 > a', 'true'],
  ['a > 9223372036854775808', 'PARSE-ERR'],
  ['a > 0.0', 'PARSE-ERR'],
  ['a > 1e400', 'PARSE-ERR'],
  ['a > .5', 'true'],
  ['a > 5.', 'true'],
  ['f > a', 'true'],
  ['s > a', 'EVAL-EXC'],
  ['a = 007', 'false'],
  ['--a\n a = 7', 'true'],
  ['a = 7 !', 'PARSE-ERR'],
  ['a = 7 a !', 'true'],
  ["a = 7 'open", 'PARSE-ERR'],
  ['/* ** */ a = 7', 'true'],
  ['/* open a = 7', 'PARSE-ERR'],
  ['NOTa IS NULL', 'true'],
  ['$_x IS NULL', 'true'],
  ['+a = 7', 'true'],
  ['-a = 7', 'null'],
  ['-5 < a', 'true'],
  ['- -5 < a', 'true'],
  ["'x'", 'PARSE-ERR'],
  ['5', 'PARSE-ERR'],
  ['NULL', 'null'],
  ['FALSE OR a = 7', 'true'],
]

describe('SQL92 expressions', () => {
  for (const [expression, expected] of [...MEASURED, ...FROM_SOURCE]) {
    it(`${expression} is ${expected}`, () => {
      expect(outcome(expression)).to.equal(expected)
    })
  }

  it('compare properties as the type of the literal', () => {
    const of = (a: string) =>
      ['a = 5', 'a = 5L', 'a = 5.0', "a = '5'"].map((e) => outcome(e, { a }))
    expect(of('5')).to.deep.equal(['true', 'true', 'true', 'true'])
    expect(of('+5')).to.deep.equal(['true', 'true', 'true', 'false'])
    expect(of(' 5 ')).to.deep.equal(['EVAL-EXC', 'EVAL-EXC', 'true', 'false'])
    expect(of('3000000000')).to.deep.equal(['EVAL-EXC', 'EVAL-EXC', 'false', 'false'])
    expect(outcome('a > 2999999999', { a: '3000000000' })).to.equal('true')
    expect(outcome('a = 9007199254740993', { a: '9007199254740992' })).to.equal('false')
    expect(outcome('a > 1.5', { a: 'NaN' })).to.equal('true')
    expect(outcome('b = TRUE', { b: 'TRUE' })).to.equal('true')
    expect(outcome('b = FALSE', { b: 'nonsense' })).to.equal('true')
  })

  it('say where they are wrong', () => {
    expect(() => compileSql92('a > 5 AND\n b !')).to.throw(
      Sql92Error,
      /^Invalid MessageSelector\. Expected .* but "!" found\. \(line 2, column 4\)$/,
    )
    expect(() => compileSql92("a > '5'")).to.throw(
      'Invalid MessageSelector. a text cannot be ordered',
    )
  })

  it('are bounded in length and depth', () => {
    expect(() => compileSql92(`a = '${'x'.repeat(9000)}'`)).to.throw('longer than 8192 characters')
    const deep = '('.repeat(4000) + 'a = 7' + ')'.repeat(4000)
    expect(['true', 'PARSE-ERR']).to.include(outcome(deep))
  })
})
