import { expect } from 'chai'
import {
  isGroupNameAcceptable,
  isNotAllowedSendTopic,
  validateTopic,
} from '../../../../lib/broker/topic/topic-validator.ts'
import {
  buildPopRetryTopicV1,
  buildPopRetryTopicV2,
  parseGroup,
} from '../../../../lib/broker/topic/topic-names.ts'

const ILLEGAL = 'The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$'

describe('topic-validator', () => {
  it('takes letters, digits, percent, bar, dash and underscore up to 127 characters', () => {
    expect(validateTopic('%RETRY%g|a-Z_09')).to.equal(undefined)
    expect(validateTopic('a'.repeat(127))).to.equal(undefined)
    expect(validateTopic('a'.repeat(128))).to.equal(
      'The specified topic is longer than topic max length.',
    )
  })

  it('refuses blank names and every path trick', () => {
    expect(validateTopic('')).to.equal('The specified topic is blank.')
    expect(validateTopic(' \t')).to.equal('The specified topic is blank.')
    for (const topic of ['../x', '..', 'a/b', 'a\\b', 'a\0', 'a.b', 'é', 'a\n', 'T@g']) {
      expect(validateTopic(topic), JSON.stringify(topic)).to.equal(ILLEGAL)
    }
  })

  it('refuses group names that are illegal or longer than 255', () => {
    expect(isGroupNameAcceptable('a'.repeat(255))).to.equal(true)
    expect(isGroupNameAcceptable('a'.repeat(256))).to.equal(false)
    expect(isGroupNameAcceptable('../g')).to.equal(false)
  })

  it('knows the topics that only the broker writes', () => {
    expect(isNotAllowedSendTopic('SCHEDULE_TOPIC_XXXX')).to.equal(true)
    expect(isNotAllowedSendTopic('TBW102')).to.equal(false)
  })
})

describe('topic-names', () => {
  it('finds the group in retry topics', () => {
    expect(parseGroup('%RETRY%g')).to.equal('g')
    expect(parseGroup(buildPopRetryTopicV2('T', 'g'))).to.equal('g')
    expect(parseGroup(buildPopRetryTopicV1('T', 'g'))).to.equal('g_T')
  })
})
