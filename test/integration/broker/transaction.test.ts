import { expect } from 'chai'
import { CheckTransactionStateRequestHeader } from '../../../codec/header/check-transaction-state.ts'
import { EndTransactionRequestHeader } from '../../../codec/header/end-transaction.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { createOffsetMsgId, decodeOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExt } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { until } from '../../helpers/until.ts'

const COMMIT = 8
const ROLLBACK = 12
const UNKNOWN = 0
const HALF_TOPIC = 'RMQ_SYS_TRANS_HALF_TOPIC'
const CHECK_INTERVAL_MS = 30_000

interface Place {
  readonly tranStateTableOffset: number
  readonly commitLogOffset: number
}

describe('a broker with transactions', () => {
  let clock: SimClock
  let fixture: BrokerFixture
  let producer: RawClient

  beforeEach(async () => {
    clock = new SimClock()
    fixture = new BrokerFixture({ transactionCheckMax: '2' }, clock)
    await fixture.start()
    producer = await connectProducer()
  })
  afterEach(async () => {
    await producer.close()
    await fixture.close()
  })

  async function connectProducer(): Promise<RawClient> {
    const client = await RawClient.connect(fixture.broker.address.port)
    const data = { clientID: 'c', producerDataSet: [{ groupName: 'PG' }], consumerDataSet: [] }
    const body = Buffer.from(JSON.stringify(data))
    const response = await client.invoke(RemotingCommand.request(RequestCode.HEART_BEAT, {}, body))
    expect(response.code).to.equal(0)
    return client
  }

  async function prepare(body: string): Promise<Place> {
    const fields = SendMessageRequestHeaderV2.encode({
      producerGroup: 'PG',
      topic: 'T',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 1,
      queueId: 0,
      sysFlag: 4,
      bornTimestamp: clock.now(),
      flag: 0,
      properties: encodeProperties([
        ['TRAN_MSG', 'true'],
        ['PGROUP', 'PG'],
        ['UNIQ_KEY', body],
        ['TAGS', 'a'],
      ]),
    })
    const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))
    const { code, extFields } = await producer.invoke(request)
    expect([code, extFields?.['transactionId']]).to.deep.equal([0, body])
    return {
      tranStateTableOffset: Number(extFields?.['queueOffset']),
      commitLogOffset: decodeOffsetMsgId(extFields?.['msgId'] ?? '').commitLogOffset,
    }
  }

  function endRequest(place: Place, commitOrRollback: number, isAsked = false): RemotingCommand {
    const fields = EndTransactionRequestHeader.encode({
      ...place,
      producerGroup: 'PG',
      commitOrRollback,
      fromTransactionCheck: isAsked,
      msgId: '',
    })
    return RemotingCommand.request(RequestCode.END_TRANSACTION, fields)
  }

  async function nextCheck(): Promise<{ place: Place; message: MessageExt }> {
    clock.advance(CHECK_INTERVAL_MS)
    const { extFields, body } = await producer.request(RequestCode.CHECK_TRANSACTION_STATE)
    const place = CheckTransactionStateRequestHeader.decode(extFields)
    return { place, message: decodeRecord(body ?? Buffer.alloc(0)) }
  }

  /** The messages of a queue from an offset on; waits for the first. */
  async function pullMessages(topic: string, queueOffset: number): Promise<MessageExt[]> {
    const fields = PullMessageRequestHeader.encode({
      consumerGroup: 'CG',
      topic,
      queueId: 0,
      queueOffset,
      maxMsgNums: 32,
      sysFlag: 2 | 4,
      commitOffset: 0,
      suspendTimeoutMillis: 4_000,
      subscription: 'a',
      subVersion: 0,
      expressionType: 'TAG',
    })
    const { body = Buffer.alloc(0) } = await fixture.invoke(RequestCode.PULL_MESSAGE, fields)
    const messages: MessageExt[] = []
    for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
      messages.push(decodeRecord(body.subarray(at, at + body.readInt32BE(at))))
    }
    return messages
  }

  async function pull(topic: string, queueOffset = 0): Promise<string[]> {
    return (await pullMessages(topic, queueOffset)).map(({ body }) => body.toString())
  }

  it('wakes a consumer with a committed message, not with others', async () => {
    const waiting = pull('T')
    await prepare('open')
    await producer.invoke(endRequest(await prepare('rolled back'), ROLLBACK))
    producer.send(endRequest(await prepare('one-way'), COMMIT).markOneway())
    expect(await waiting).to.deep.equal(['one-way'])
    const response = await producer.invoke(endRequest(await prepare('answered'), COMMIT))
    expect([response.code, response.remark]).to.deep.equal([0, undefined])
    expect(await pull('T', 1)).to.deep.equal(['answered'])
  })

  it('asks the producer over its connection, and obeys', async () => {
    await prepare('m')
    const { place, message } = await nextCheck()
    expect(message).to.deep.include({ topic: 'T', queueId: 0, queueOffset: 1 })
    producer.send(endRequest(place, COMMIT, true).markOneway())
    expect(await pull('T')).to.deep.equal(['m'])
  })

  it('asks again after a restart of the broker and of the producer', async () => {
    await prepare('m')
    await producer.close()
    await fixture.restart()
    producer = await connectProducer()
    const { place } = await nextCheck()
    producer.send(endRequest(place, COMMIT, true).markOneway())
    expect(await pull('T')).to.deep.equal(['m'])
  })

  it('gives up at the limit, and asks again on demand', async () => {
    await prepare('m')
    for (let i = 0; i < 2; i++) {
      const { place } = await nextCheck()
      producer.send(endRequest(place, UNKNOWN, true).markOneway())
    }
    clock.advance(CHECK_INTERVAL_MS)
    const { topicConfigManager } = fixture.broker.parts
    await until(() => topicConfigManager.containsTopic('TRANS_CHECK_MAX_TIME_TOPIC'))
    const [given] = await pullMessages('TRANS_CHECK_MAX_TIME_TOPIC', 0)
    if (given === undefined) throw new Error('not given up')
    const resumed = await fixture.invoke(RequestCode.RESUME_CHECK_HALF_MESSAGE, {
      topic: 'T',
      msgId: createOffsetMsgId(given.storeHost, given.commitLogOffset),
    })
    expect([resumed.code, resumed.remark]).to.deep.equal([0, undefined])
    const { place } = await nextCheck()
    producer.send(endRequest(place, COMMIT, true).markOneway())
    expect(await pull('T')).to.deep.equal(['m'])
  })

  it('refuses to resume what is not there', async () => {
    for (const msgId of ['', 'x', `7F00000100002A9F${'0'.repeat(12)}FFFF`]) {
      const { code, remark } = await fixture.invoke(RequestCode.RESUME_CHECK_HALF_MESSAGE, {
        msgId,
      })
      expect([code, remark]).to.deep.equal([
        1,
        'Exception was thrown when putting message back to RMQ_SYS_TRANS_HALF_TOPIC.',
      ])
    }
  })

  it('answers requests behind one that gets no answer', async () => {
    const place = await prepare('m')
    producer.send(endRequest(place, UNKNOWN))
    producer.send(endRequest({ ...place, commitLogOffset: 3 }, COMMIT).markOneway())
    const response = await producer.invoke(
      endRequest({ ...place, tranStateTableOffset: 7 }, COMMIT),
    )
    expect([response.code, response.remark]).to.deep.equal([
      1,
      'The transaction state table offset wrong',
    ])
    expect(producer.received).to.deep.equal([])
  })

  it('lets nobody send into the half topic', async () => {
    const fields = SendMessageRequestHeaderV2.encode({
      producerGroup: 'PG',
      topic: HALF_TOPIC,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 1,
      queueId: 0,
      sysFlag: 0,
      bornTimestamp: 0,
      flag: 0,
    })
    const response = await fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from('x'))
    expect(response.remark).to.equal(`Sending message to topic[${HALF_TOPIC}] is forbidden.`)
  })
})
