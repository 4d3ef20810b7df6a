import { expect } from 'chai'
import fc from 'fast-check'
import Long from 'long'
import { parseJson } from '../../../codec/fastjson.ts'
import type { JsonInput } from '../../../codec/fastjson-writer.ts'
import { stringifyJson } from '../../../codec/fastjson-writer.ts'

const queue = { brokerName: 'b', queueId: 0, topic: 'T' }
const offsets = new Map([[queue, 7]])

describe('stringifyJson', () => {
  it('quotes keys that are numbers or objects', () => {
    expect(stringifyJson(new Map([[0, 'ip']]))).to.equal('{"0":"ip"}')
    expect(stringifyJson({ offsetTable: offsets })).to.equal(
      '{"offsetTable":{"{\\"brokerName\\":\\"b\\",\\"queueId\\":0,\\"topic\\":\\"T\\"}":7}}',
    )
  })

  it('writes them bare on request', () => {
    expect(stringifyJson(new Map([[0, 'ip']]), { keys: 'bare' })).to.equal('{0:"ip"}')
    expect(stringifyJson({ offsetTable: offsets }, { keys: 'bare' })).to.equal(
      '{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:7}}',
    )
  })

  it('reads back the same from both forms of an object key', () => {
    const quoted = parseJson(stringifyJson(offsets))
    expect(parseJson(stringifyJson(offsets, { keys: 'bare' }))).to.deep.equal(quoted)
  })

  it('leaves out entries that are null, and writes what is not finite as null', () => {
    const value = { a: undefined, b: null, c: [null, NaN, Infinity], d: false }
    expect(stringifyJson(value)).to.equal('{"c":[null,null,null],"d":false}')
  })

  it('writes every digit of a Long', () => {
    expect(stringifyJson([Long.MAX_VALUE, Long.MIN_VALUE])).to.equal(
      '[9223372036854775807,-9223372036854775808]',
    )
  })

  it('puts each entry on its own line when it shall be pretty', () => {
    const value = { list: [1, {}], table: new Map([[0, new Map<string, JsonInput>([['x', 'y']])]]) }
    expect(stringifyJson(value, { pretty: true, keys: 'bare' })).to.equal(
      '{\n\t"list":[\n\t\t1,\n\t\t{}\n\t],\n\t"table":{\n\t\t0:{\n\t\t\t"x":"y"\n\t\t}\n\t}\n}',
    )
  })

  it('writes JSON values as JSON.stringify does', () => {
    const value = fc.jsonValue({ maxDepth: 5 }).filter((v) => !JSON.stringify(v).includes('null'))
    fc.assert(
      fc.property(value, (v) => {
        const plain = JSON.parse(JSON.stringify(v)) as JsonInput
        expect(stringifyJson(plain)).to.equal(JSON.stringify(plain))
      }),
    )
  })
})
