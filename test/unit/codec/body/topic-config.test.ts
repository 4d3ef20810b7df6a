import { expect } from 'chai'
import { formatAttributes, parseAttributes } from '../../../../codec/body/topic-attributes.ts'
import {
  TopicConfig,
  topicConfigFromText,
  topicConfigToText,
} from '../../../../codec/body/topic-config.ts'

const json =
  '{"attributes":{},"order":false,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG",' +
  '"topicName":"T","topicSysFlag":0,"writeQueueNums":4}'

describe('TopicConfig', () => {
  it('is read and written as Java writes it', () => {
    expect(TopicConfig.encode(TopicConfig.decode(json)).toString()).to.equal(json)
  })

  it('has the defaults of Java', () => {
    expect(TopicConfig.decode('{"topicName":"T","attributes":null}')).to.deep.equal({
      attributes: new Map(),
      order: false,
      perm: 6,
      readQueueNums: 16,
      topicFilterType: 'SINGLE_TAG',
      topicName: 'T',
      topicSysFlag: 0,
      writeQueueNums: 16,
    })
  })

  it('has a text form', () => {
    const line = 'T 8 4 6 SINGLE_TAG {"message.type":"a b"}'
    const config = topicConfigFromText(line)
    expect(config).to.include({ topicName: 'T', readQueueNums: 8, writeQueueNums: 4, perm: 6 })
    expect(config.attributes).to.deep.equal(new Map([['message.type', 'a b']]))
    expect(topicConfigToText(config)).to.equal(line)
  })

  it('reads the text form of 4.x, without attributes', () => {
    expect(topicConfigFromText('T 8 4 6 MULTI_TAG').attributes.size).to.equal(0)
    expect(topicConfigFromText('T 8 4 6 MULTI_TAG ').topicFilterType).to.equal('MULTI_TAG')
  })

  it('refuses a text form with too few fields or a field of another kind', () => {
    expect(() => topicConfigFromText('T 8 4 6')).to.throw('"T 8 4 6" has fewer than 5 fields')
    expect(() => topicConfigFromText('T x 4 6 SINGLE_TAG')).to.throw(
      'readQueueNums: "x" is not an int',
    )
  })
})

describe('parseAttributes', () => {
  it('reads additions and deletions with their sign', () => {
    const attributes = parseAttributes('+queue.type=BatchCQ,-cleanup.policy')
    expect(attributes).to.deep.equal(
      new Map([
        ['+queue.type', 'BatchCQ'],
        ['-cleanup.policy', ''],
      ]),
    )
    expect(formatAttributes(attributes)).to.equal('+queue.type=BatchCQ,-cleanup.policy')
    expect(parseAttributes(undefined).size).to.equal(0)
    expect(parseAttributes('').size).to.equal(0)
  })

  const refused: [string, string][] = [
    ['a=b', 'add/alter attribute format is wrong: a'],
    ['a', 'delete attribute format is wrong: a'],
    ['+a=1,+a=2', 'key duplication: +a'],
  ]
  for (const [text, message] of refused) {
    it(`refuses ${text}`, () => {
      expect(() => parseAttributes(text)).to.throw(message)
    })
  }
})
