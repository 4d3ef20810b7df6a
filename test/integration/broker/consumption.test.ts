import { expect } from 'chai'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { consumerData, heartbeat, subscription } from '../../helpers/consumption-fixture.ts'
import { RawClient } from '../../helpers/remoting.ts'

describe('a broker that is consumed from', () => {
  let fixture: BrokerFixture
  let clients: RawClient[]

  beforeEach(async () => {
    fixture = new BrokerFixture({ enablePropertyFilter: 'true' })
    await fixture.start()
    clients = []
  })
  afterEach(async () => {
    for (const client of clients) await client.close()
    await fixture.close()
  })

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(fixture.broker.address.port)
    clients.push(client)
    return client
  }

  function send(body: string, tag = 'a', queueId = 0): Promise<RemotingCommand> {
    const fields = SendMessageRequestHeaderV2.encode({
      producerGroup: 'PG',
      topic: 'T',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId,
      sysFlag: 0,
      bornTimestamp: 0,
      flag: 0,
      properties: encodeProperties([
        ['TAGS', tag],
        ['n', body],
        ['KEYS', `key-${body}`],
      ]),
    })
    return fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))
  }

  function pullRequest(header: Partial<PullMessageRequestHeader> = {}): RemotingCommand {
    const fields = PullMessageRequestHeader.encode({
      consumerGroup: 'G',
      topic: 'T',
      queueId: 0,
      queueOffset: 0,
      maxMsgNums: 32,
      sysFlag: 2 | 4,
      commitOffset: 0,
      suspendTimeoutMillis: 30_000,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
      ...header,
    })
    return RemotingCommand.request(RequestCode.PULL_MESSAGE, fields)
  }

  function bodiesIn(response: RemotingCommand): string[] {
    const bodies = []
    const all = response.body ?? Buffer.alloc(0)
    for (let at = 0; at < all.length; at += all.readInt32BE(at)) {
      bodies.push(decodeRecord(all.subarray(at, at + all.readInt32BE(at))).body.toString())
    }
    return bodies
  }

  function beat(client: RawClient, clientID: string): Promise<RemotingCommand> {
    const body = heartbeat({ clientID, consumerDataSet: [consumerData('G', [subscription('T')])] })
    return client.invoke(RemotingCommand.request(RequestCode.HEART_BEAT, {}, body))
  }

  it('holds pulls and answers each with the messages of its queue and tag', async () => {
    await send('first')
    const client = await connect()
    const [wanted, other, otherQueue] = [
      pullRequest({ queueOffset: 1, subscription: 'b' }),
      pullRequest({ queueOffset: 1, subscription: 'c' }),
      pullRequest({ queueId: 1, queueOffset: 0 }),
    ]
    for (const request of [wanted, other, otherQueue]) client.send(request)
    const answer = client.response(wanted.opaque)
    await send('tag a')
    await send('tag b', 'b')
    expect(bodiesIn(await answer)).to.deep.equal(['tag b'])
    expect(client.received).to.deep.equal([])
    await send('in queue 1', 'a', 1)
    expect(bodiesIn(await client.response(otherQueue.opaque))).to.deep.equal(['in queue 1'])
  })

  it('gives all pulls that wait the same messages', async () => {
    await send('first')
    const client = await connect()
    const requests = Array.from({ length: 100 }, (_, i) =>
      pullRequest({ queueOffset: 1, consumerGroup: `G${i}` }),
    )
    for (const request of requests) client.send(request)
    await client.invoke(pullRequest())
    await send('second')
    const answers = await Promise.all(requests.map(({ opaque }) => client.response(opaque)))
    expect(new Set(answers.map((answer) => bodiesIn(answer).join()))).to.deep.equal(
      new Set(['second']),
    )
  })

  it('filters with SQL92 what it reads and what it wakes for', async () => {
    const sql = { expressionType: 'SQL92', subscription: 'n BETWEEN 5 AND 7' }
    for (const n of [4, 5, 8]) await send(String(n))
    const client = await connect()
    expect(bodiesIn(await client.invoke(pullRequest(sql)))).to.deep.equal(['5'])
    const held = pullRequest({ ...sql, queueOffset: 3 })
    client.send(held)
    const answer = client.response(held.opaque)
    await send('7')
    expect(bodiesIn(await answer)).to.deep.equal(['7'])
  })

  it('notifies members of a newcomer before it answers the newcomer, and of one that goes', async () => {
    const [first, second] = [await connect(), await connect()]
    await beat(first, 'c1')
    await first.request(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED)
    await beat(second, 'c2')
    const notification = second.received.find(({ isResponse }) => !isResponse)
    expect(notification?.code).to.equal(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED)
    expect(notification?.extFields).to.deep.equal({ consumerGroup: 'G' })
    await first.request(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED)
    await second.close()
    await first.request(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED)
    const fields = { consumerGroup: 'G' }
    const list = await fixture.invoke(RequestCode.GET_CONSUMER_LIST_BY_GROUP, fields)
    expect(list.body?.toString()).to.equal('{"consumerIdList":["c1"]}')
  })

  it('finds messages by their keys', async () => {
    for (const body of ['1', '2', '1']) await send(body)
    const client = await connect()
    await client.invoke(pullRequest({ queueOffset: 2 }))
    const fields = { topic: 'T', maxNum: '10', beginTimestamp: '0', endTimestamp: '9999999999999' }
    const query = (key: string) => fixture.invoke(RequestCode.QUERY_MESSAGE, { ...fields, key })
    expect(bodiesIn(await query('key-1'))).to.deep.equal(['1', '1'])
    expect((await query('key-3')).code).to.equal(22)
  })

  it('keeps committed offsets over a restart', async () => {
    await send('first')
    const fields = { consumerGroup: 'G', topic: 'T', queueId: '0' }
    await fixture.invoke(RequestCode.PULL_MESSAGE, pullRequest().extFields)
    const update = { ...fields, commitOffset: '1' }
    expect((await fixture.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, update)).code).to.equal(0)
    await fixture.restart()
    const stored = await fixture.invoke(RequestCode.QUERY_CONSUMER_OFFSET, fields)
    expect(stored.extFields?.['offset']).to.equal('1')
  })
})
