import { expect } from 'chai'
import { QueryConsumeQueueResponseBody } from '../../../codec/body/query-consumer.ts'
import { CreateTopicRequestHeader } from '../../../codec/header/create-topic.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { encodeBatch } from '../../../codec/message/batch.ts'
import { decodeProperties } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'

const SEND = {
  producerGroup: 'PG',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 1,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 1_600_000_000_000,
  flag: 0,
}

describe('a broker with queues of batches and light message queues', () => {
  let fixture: BrokerFixture

  beforeEach(async () => {
    fixture = new BrokerFixture({ enableLmq: 'true', enableMultiDispatch: 'true' })
    await fixture.start()
    await createBatchTopic('B')
  })
  afterEach(() => fixture.close())

  async function createBatchTopic(topic: string): Promise<void> {
    const fields = CreateTopicRequestHeader.encode({
      ...{ topic, defaultTopic: 'TBW102', readQueueNums: 1, writeQueueNums: 1, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false },
      attributes: '+queue.type=BatchCQ',
    })
    const response = await fixture.invoke(RequestCode.UPDATE_AND_CREATE_TOPIC, fields)
    expect(response.code).to.equal(ResponseCode.SUCCESS)
  }

  function send(topic: string, properties: string, header: object = {}): Promise<RemotingCommand> {
    const fields = SendMessageRequestHeaderV2.encode({ ...SEND, topic, properties, ...header })
    return fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from('single'))
  }

  function sendBatch(topic: string, count: number, properties: string): Promise<RemotingCommand> {
    const members = Array.from({ length: count }, (_, i) => {
      return { flag: 0, body: Buffer.from(`m${i}`), properties: '' }
    })
    const header = { ...SEND, topic, properties, batch: true }
    const fields = SendMessageRequestHeaderV2.encode(header)
    return fixture.invoke(RequestCode.SEND_BATCH_MESSAGE, fields, encodeBatch(members))
  }

  function pull(topic: string, queueOffset = 0, group = 'CG', commitOffset = 0) {
    const fields = PullMessageRequestHeader.encode({
      ...{ consumerGroup: group, topic, queueId: 0, queueOffset, maxMsgNums: 32 },
      ...{ sysFlag: 1 | 4, commitOffset, suspendTimeoutMillis: 0, subVersion: 0 },
      ...{ subscription: '*', expressionType: 'TAG' },
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

  it('keeps a batch with a unique key as one, and says so', async () => {
    const first = await sendBatch('B', 3, 'UNIQ_KEY\x01U1\x02')
    expect(first.extFields).to.include({ queueOffset: '0', batchUniqId: 'U1' })
    expect(first.extFields?.['msgId']).to.have.lengthOf(32)
    const second = await send('B', 'UNIQ_KEY\x01U2\x02')
    expect(second.extFields)
      .to.include({ queueOffset: '3' })
      .and.not.to.have.property('batchUniqId')
    const response = await pull('B', 1)
    expect(response.extFields).to.include({ nextBeginOffset: '4', maxOffset: '4' })
    const [batch, single] = messagesIn(response)
    expect(decodeProperties(batch?.properties ?? '').get('INNER_NUM')).to.equal('3')
    expect(single?.queueOffset).to.equal(3)
  })

  it('takes a batch without a unique key apart', async () => {
    const response = await sendBatch('B', 2, '')
    expect(response.extFields).not.to.have.property('batchUniqId')
    expect(response.extFields?.['msgId']).to.have.lengthOf(65)
    expect(messagesIn(await pull('B')).map(({ queueOffset }) => queueOffset)).to.deep.equal([0, 1])
  })

  it('takes a batch apart that is sent to another topic', async () => {
    const response = await sendBatch('A', 2, 'UNIQ_KEY\x01U\x02')
    expect(response.extFields).not.to.have.property('batchUniqId')
    expect(messagesIn(await pull('A'))).to.have.lengthOf(2)
  })

  it('lists the units of a queue of batches', async () => {
    await sendBatch('B', 3, 'UNIQ_KEY\x01U1\x02')
    await sendBatch('B', 2, 'UNIQ_KEY\x01U2\x02')
    const fields = { topic: 'B', queueId: '0', index: '1', count: '2' }
    const response = await fixture.invoke(RequestCode.QUERY_CONSUME_QUEUE, fields)
    const body = QueryConsumeQueueResponseBody.decode(response.body)
    expect(body).to.include({ minQueueIndex: 0, maxQueueIndex: 5 })
    expect(body.queueData.map(({ physicOffset }) => physicOffset)).to.deep.equal([0])
  })

  it('refuses marks of batches that are not a client’s to set', async () => {
    const flagged = await send('A', '', { sysFlag: 1 << 7 })
    expect(flagged.code).to.equal(ResponseCode.MESSAGE_ILLEGAL)
    const numbered = await send('B', 'INNER_NUM\x012\x02')
    expect(numbered.code).to.equal(ResponseCode.MESSAGE_ILLEGAL)
  })

  it('puts a message into the light queues that it names, which consumers and their offsets find', async () => {
    await send('A', 'INNER_MULTI_DISPATCH\x01%LMQ%x,%LMQ%y\x02')
    await send('A', 'INNER_MULTI_DISPATCH\x01%LMQ%x\x02')
    expect(messagesIn(await pull('%LMQ%x', 0, '%LMQ%g'))).to.have.lengthOf(2)
    const [message] = messagesIn(await pull('%LMQ%y'))
    expect(message?.topic).to.equal('A')
    const place = { topic: '%LMQ%x', consumerGroup: '%LMQ%g', queueId: '0' }
    const update = { ...place, commitOffset: '2' }
    await fixture.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, update)
    await fixture.restart()
    const query = await fixture.invoke(RequestCode.QUERY_CONSUMER_OFFSET, place)
    expect(query.extFields).to.include({ offset: '2' })
    const end = await pull('%LMQ%x', 2, '%LMQ%g')
    expect(end.code).to.equal(ResponseCode.PULL_NOT_FOUND)
  })
})
