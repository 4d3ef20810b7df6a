import { expect } from 'chai'
import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../../codec/header/send-message.ts'
import { encodeBatch } from '../../../../codec/message/batch.ts'
import { decodeRecallHandle } from '../../../../codec/message/recall-message-handle.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import {
  type BrokerParts,
  makeBrokerParts,
  makeSendProcessor,
} from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'

const KINDS = ['TIMER_DELAY_SEC', 'TIMER_DELAY_MS', 'TIMER_DELIVER_MS']
const MEMBER = { flag: 0, properties: '' }
const ILLEGAL =
  'timer message illegal, the delay time should not be bigger than the max delay 259200000ms; ' +
  'or if set del msg, the delay time should be bigger than the current time'

describe('SendMessageProcessor, timer messages', () => {
  let parts: BrokerParts
  let channel: FakeChannel

  beforeEach(() => {
    parts = makeBrokerParts()
    channel = new FakeChannel()
    parts.topicConfigManager.updateTopicConfig(newTopicConfig('T'))
  })

  afterEach(() => parts.remove())

  function send(properties: Record<string, string>): RemotingCommand {
    return request(RequestCode.SEND_MESSAGE, properties, Buffer.from('x'))
  }

  function sendBatch(properties: Record<string, string>, body: Buffer): RemotingCommand {
    return request(RequestCode.SEND_BATCH_MESSAGE, properties, body)
  }

  function request(
    code: number,
    properties: Record<string, string>,
    body: Buffer,
  ): RemotingCommand {
    const header: SendMessageRequestHeader = {
      producerGroup: 'PG',
      topic: 'T',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 1,
      sysFlag: 0,
      bornTimestamp: 1,
      flag: 0,
      properties: encodeProperties(Object.entries({ UNIQ_KEY: 'K1', ...properties })),
    }
    const isBatch = code === RequestCode.SEND_BATCH_MESSAGE
    const fields = isBatch
      ? SendMessageRequestHeaderV2.encode({ ...header, batch: true })
      : SendMessageRequestHeader.encode(header)
    const command = RemotingCommand.request(code, fields, body)
    const answer = makeSendProcessor(parts).process(command, channel) ?? channel.responses.at(-1)
    if (answer === undefined) throw new Error('no answer')
    return answer
  }

  function waiting() {
    return parts.messageStore.messagesOf('rmq_sys_wheel_timer', 0)
  }

  it('wait in rmq_sys_wheel_timer in the last slot that is over by then', () => {
    const nowMs = parts.clock.now()
    for (const [kind, value] of [
      ['TIMER_DELAY_SEC', '5'],
      ['TIMER_DELAY_MS', '5001'],
      ['TIMER_DELIVER_MS', String(nowMs + 4_999)],
    ] as const) {
      expect(send({ [kind]: value }).code).to.equal(ResponseCode.SUCCESS)
    }
    const out = waiting().map(
      (message) => Number(propertiesOf(message).get('TIMER_OUT_MS')) - nowMs,
    )
    expect(out).to.deep.equal([4_000, 5_000, 4_000])
    expect(propertiesOf(waiting()[0] ?? { properties: '' }).get('REAL_TOPIC')).to.equal('T')
    expect(propertiesOf(waiting()[0] ?? { properties: '' }).get('REAL_QID')).to.equal('1')
  })

  it('are answered with the handle by which they can be recalled', () => {
    const nowMs = parts.clock.now()
    const { recallHandle } = send({ TIMER_DELAY_SEC: '5' }).extFields ?? {}
    expect(decodeRecallHandle(recallHandle ?? '')).to.deep.equal({
      topic: 'T',
      brokerName: 'broker-a',
      timestampText: String(nowMs + 4_001),
      messageId: 'K1',
    })
  })

  it('count seconds before milliseconds before a time', () => {
    const nowMs = parts.clock.now()
    send({ TIMER_DELIVER_MS: String(nowMs + 90_000), TIMER_DELAY_MS: '60000' })
    send({ TIMER_DELAY_SEC: '30', TIMER_DELAY_MS: '60000' })
    const out = waiting().map(
      (message) => Number(propertiesOf(message).get('TIMER_OUT_MS')) - nowMs,
    )
    expect(out).to.deep.equal([59_000, 29_000])
  })

  it('are delivered at once when their time is over', () => {
    for (const kind of KINDS) {
      expect(send({ [kind]: '0' }).code).to.equal(ResponseCode.SUCCESS)
      expect(send({ [kind]: '-5' }).extFields).to.not.have.property('recallHandle')
    }
    expect(parts.messageStore.messagesOf('T', 1)).to.have.length(6)
  })

  it('are refused without a number, and beyond the maximum', () => {
    const maxMs = 259_200_000
    const beyond = String(parts.clock.now() + maxMs + 1)
    for (const [kind, value] of [
      ['TIMER_DELAY_SEC', 'soon'],
      ['TIMER_DELAY_SEC', '259201'],
      ['TIMER_DELAY_SEC', '9223372036854775807'],
      ['TIMER_DELAY_SEC', '-9223372036854775809'],
      ['TIMER_DELAY_MS', '1.5'],
      ['TIMER_DELAY_MS', String(maxMs + 1)],
      ['TIMER_DELIVER_MS', beyond],
      ['TIMER_DELIVER_MS', '99999999999999999999'],
    ] as const) {
      expect(send({ [kind]: value }), value).to.deep.include({
        code: ResponseCode.MESSAGE_ILLEGAL,
        remark: ILLEGAL,
      })
    }
    expect(send({ TIMER_DELAY_MS: String(maxMs) }).code).to.equal(ResponseCode.SUCCESS)
    expect(parts.messageStore.log).to.have.length(1)
  })

  it('of a batch wait together, and cannot be recalled', () => {
    const body = encodeBatch(['a', 'b'].map((text) => ({ ...MEMBER, body: Buffer.from(text) })))
    const answer = sendBatch({ TIMER_DELAY_SEC: '5' }, body)
    expect(answer.code).to.equal(ResponseCode.SUCCESS)
    expect(answer.extFields).to.not.have.property('recallHandle')
    expect(waiting().map((message) => message.body.toString())).to.deep.equal(['a', 'b'])
    expect(propertiesOf(waiting()[1] ?? { properties: '' }).get('REAL_TOPIC')).to.equal('T')
    expect(sendBatch({ TIMER_DELAY_SEC: 'soon' }, body).remark).to.equal(ILLEGAL)
    expect(parts.messageStore.log).to.have.length(2)
  })

  it('are refused without a timer wheel', () => {
    parts.storeConfig.timerWheelEnable = false
    for (const kind of KINDS) {
      expect(send({ [kind]: '5' })).to.deep.include({
        code: ResponseCode.SYSTEM_ERROR,
        remark: 'accurate timer message is not enabled, timerWheelEnable is false',
      })
    }
  })

  it('do not wait a second time', () => {
    send({ TIMER_DELAY_SEC: '5', TIMER_OUT_MS: '1' })
    expect(waiting()).to.have.length(0)
    expect(parts.messageStore.messagesOf('T', 1)).to.have.length(1)
  })
})
