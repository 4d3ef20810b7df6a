import { expect } from 'chai'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { PropertyReader } from '../../../../codec/message/property-reader.ts'
import { EXPRESSION_TABLES } from '../../../../compat/sql92/expressions.ts'
import { compileSql92, Sql92Error } from '../../../../lib/broker/filter/sql92/sql92.ts'
import { EvaluationError } from '../../../../lib/broker/filter/sql92/values.ts'

/** `true`, `false` or `null`; PARSE-ERR when it cannot be used, EVAL-EXC when it cannot be evaluated. */
function outcome(expression: string, properties: Readonly<Record<string, string>> = {}): string {
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

describe('SQL92 expressions', () => {
  for (const { name, properties, rows } of EXPRESSION_TABLES) {
    for (const [expression, expected] of rows) {
      it(`${name}: ${expression} is ${expected}`, () => {
        expect(outcome(expression, properties)).to.equal(expected)
      })
    }
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
