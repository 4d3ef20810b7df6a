import { expect } from 'chai'
import { TopicStatsTable } from '../../../codec/body/topic-stats.ts'
import { ConsumerSendMsgBackRequestHeader } from '../../../codec/header/consumer-send-msg-back.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { encodeBatch } from '../../../codec/message/batch.ts'
import { decodeOffsetMsgId } from '../../../codec/message/message-id.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'

const SEND = {
  producerGroup: 'PG',
  topic: 'T',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 1_600_000_000_000,
  flag: 0,
}

describe('a broker that is sent to', () => {
  let fixture: BrokerFixture

  beforeEach(async () => {
    fixture = new BrokerFixture({ messageDelayLevel: '1s 1s 1s' })
    await fixture.start()
  })
  afterEach(() => fixture.close())

  function send(body: string, header: object = {}): Promise<RemotingCommand> {
    const fields = SendMessageRequestHeaderV2.encode({ ...SEND, ...header })
    return fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))
  }

  function pull(topic: string, queueId = 0, queueOffset = 0): Promise<RemotingCommand> {
    const fields = PullMessageRequestHeader.encode({
      consumerGroup: 'CG',
      topic,
      queueId,
      queueOffset,
      maxMsgNums: 32,
      sysFlag: 2 | 4,
      commitOffset: 0,
      suspendTimeoutMillis: 4_000,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
    })
    return fixture.invoke(RequestCode.PULL_MESSAGE, fields)
  }

  function messagesIn(response: RemotingCommand) {
    const messages = []
    const body = response.body ?? Buffer.alloc(0)
    for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
      messages.push(decodeRecord(body.subarray(at, at + body.readInt32BE(at))))
    }
    return messages
  }

  function bodiesIn(response: RemotingCommand): string[] {
    return messagesIn(response).map(({ body }) => body.toString())
  }

  it('gives the messages back in their order, also after a restart', async () => {
    const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => send(`m${i}`)))
    expect(responses.map(({ extFields }) => extFields?.['queueOffset'])).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => String(i)),
    )
    const expected = Array.from({ length: 32 }, (_, i) => `m${i}`)
    expect(bodiesIn(await pull('T'))).to.deep.equal(expected)
    await fixture.restart()
    expect(bodiesIn(await pull('T'))).to.deep.equal(expected)
    const next = await send('after')
    expect(next.extFields?.['queueOffset']).to.equal('50')
  })

  it('tells by the message id where the message can be had', async () => {
    const response = await send('hello')
    const { host, commitLogOffset } = decodeOffsetMsgId(response.extFields?.['msgId'] ?? '')
    expect(host.toString()).to.equal(fixture.broker.address.toString())
    const offset = String(commitLogOffset)
    const found = await fixture.invoke(RequestCode.VIEW_MESSAGE_BY_ID, { offset })
    expect(bodiesIn(found)).to.deep.equal(['hello'])
  })

  it('takes batches', async () => {
    const body = encodeBatch(
      ['a', 'b', 'c'].map((text) => ({ flag: 0, body: Buffer.from(text), properties: '' })),
    )
    const fields = SendMessageRequestHeaderV2.encode({ ...SEND, batch: true })
    const response = await fixture.invoke(RequestCode.SEND_BATCH_MESSAGE, fields, body)
    expect(response.extFields?.['msgId']?.split(',')).to.have.length(3)
    expect(bodiesIn(await pull('T'))).to.deep.equal(['a', 'b', 'c'])
  })

  it('delivers a delayed message to a pull that waits for it, not before its time', async () => {
    await send('now')
    const sentMs = Date.now()
    await send('later', { properties: encodeProperties([['DELAY', '2']]) })
    const response = await pull('T', 0, 1)
    expect(Date.now() - sentMs).to.be.at.least(1000)
    expect(bodiesIn(response)).to.deep.equal(['later'])
  })

  it('brings a message that was sent back to the retry topic of its group', async () => {
    const sent = await send('again')
    const { commitLogOffset } = decodeOffsetMsgId(sent.extFields?.['msgId'] ?? '')
    const fields = ConsumerSendMsgBackRequestHeader.encode({
      offset: commitLogOffset,
      group: 'CG',
      delayLevel: 0,
    })
    const back = await fixture.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, fields)
    expect([back.code, back.remark]).to.deep.equal([ResponseCode.SUCCESS, undefined])
    const [message] = messagesIn(await pull('%RETRY%CG'))
    expect(message?.reconsumeTimes).to.equal(1)
    expect(message?.properties).to.contain(encodeProperties([['RETRY_TOPIC', 'T']]))
  })

  it('refuses what is too large and what could be a path', async () => {
    const large = await send('x'.repeat(4 * 1024 * 1024 + 1))
    expect(large.code).to.equal(ResponseCode.MESSAGE_ILLEGAL)
    const path = await send('x', { topic: '../../x' })
    expect(path.code).to.equal(ResponseCode.INVALID_PARAMETER)
    expect(path.extFields).to.include({ MSG_REGION: 'DefaultRegion', TRACE_ON: 'true' })
  })

  it('tells how far a topic is, and forgets it when it is deleted', async () => {
    await send('hello')
    const stats = await fixture.invoke(RequestCode.GET_TOPIC_STATS_INFO, { topic: 'T' })
    const [queue, offset] = TopicStatsTable.decode(stats.body).offsetTable[0] ?? []
    expect(queue).to.deep.equal({ brokerName: 'broker-a', queueId: 0, topic: 'T' })
    expect(offset).to.include({ minOffset: 0, maxOffset: 1 })
    const deleted = await fixture.invoke(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: 'T' })
    expect(deleted.code).to.equal(ResponseCode.SUCCESS)
    const gone = await fixture.invoke(RequestCode.GET_TOPIC_STATS_INFO, { topic: 'T' })
    expect([gone.code, gone.remark]).to.deep.equal([17, 'topic[T] not exist'])
  })

  it('says what it does not know', async () => {
    const response = await fixture.invoke(99_999)
    expect([response.code, response.remark]).to.deep.equal([
      ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
      ' request type 99999 not supported',
    ])
  })
})
