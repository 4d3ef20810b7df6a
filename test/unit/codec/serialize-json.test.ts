import { expect } from 'chai'
import { FrameError } from '../../../codec/errors.ts'
import { LanguageCode } from '../../../codec/language-code.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { decodeJsonHeader } from '../../../codec/serialize-json.ts'

function decode(text: string): RemotingCommand {
  const bytes = Buffer.from(text)
  return decodeJsonHeader(bytes, 0, bytes.length)
}

describe('decodeJsonHeader', () => {
  it('takes numbers, booleans and objects among the fields as text, and leaves out null', () => {
    const { extFields } = decode(
      '{"code":1,"extFields":{"a":1,"b":true,"c":null,"d":{"e":[1]},"f":"x"}}',
    )
    expect(extFields).to.deep.equal({ a: '1', b: 'true', d: '{"e":[1]}', f: 'x' })
  })

  it('takes what is missing for 0, and passes over what it does not know', () => {
    const command = decode('{"code":105,"serializeTypeCurrentRPC":"JSON","x":[]}')
    expect(command).to.include({ code: 105, opaque: 0, flag: 0, version: 0 })
    expect(command.extFields).to.equal(undefined)
    expect(command.remark).to.equal(undefined)
  })

  for (const language of ['"KLINGON"', '"constructor"', '"__proto__"', '1', 'null', '{}']) {
    it(`takes the language ${language} for OTHER`, () => {
      expect(decode(`{"code":1,"language":${language}}`).language).to.equal(LanguageCode.OTHER)
    })
  }

  const refused: [string, string][] = [
    ['', 'the header is not valid JSON'],
    ['[]', 'the header is not a JSON object'],
    ['null', 'the header is not a JSON object'],
    ['{}', "the header's code is not an int"],
    ['{"code":"1"}', "the header's code is not an int"],
    ['{"code":1,"opaque":2147483648}', "the header's opaque is not an int"],
    ['{"code":1,"flag":0.5}', "the header's flag is not an int"],
    ['{"code":1,"extFields":[]}', 'extFields is not a JSON object'],
    [`{"code":1,"extFields":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`, ''],
  ]
  for (const [text, message] of refused) {
    it(`refuses ${text.slice(0, 40)}`, () => {
      expect(() => decode(text)).to.throw(FrameError, message)
    })
  }
})
