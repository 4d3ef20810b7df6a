import { expect } from 'chai'
import * as yaml from 'yaml'
import { parsePlainAccessData } from '../../../lib/auth/plain/plain-access-data.ts'
import { checkYamlNesting } from '../../../lib/common/yaml-nesting.ts'

describe('checkYamlNesting', () => {
  it('refuses what a parser would need all of its stack for', () => {
    const deep = ['[', '{', '{"a":', '- ', '? ', '[{'].map((piece) => piece.repeat(10_000))
    const indented = Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    for (const text of [...deep, indented, `a: 1\nb:\n${' '.repeat(200)}c: 1`]) {
      expect(() => checkYamlNesting(text), text.slice(0, 20)).to.throw('it is nested too deeply')
      expect(() => parsePlainAccessData(yaml, text)).to.throw('the file is not YAML')
    }
  })

  it('takes many lists and maps side by side, and what only looks like them', () => {
    const account =
      '- accessKey: a{[\n  whiteRemoteAddress: 10.0.0.{1,2}\n  topicPerms: [a=PUB, "b=SUB"]\n'
    for (const text of ['', account, account.replace('{[', '}]').repeat(5000), '-'.repeat(100)]) {
      expect(() => checkYamlNesting(text)).not.to.throw()
    }
  })
})
