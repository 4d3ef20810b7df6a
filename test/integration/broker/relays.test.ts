import { expect } from 'chai'
import { QueryAssignmentResponseBody } from '../../../codec/body/query-assignment.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { decodeProperties, encodeProperties } from '../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import type { RunningServer } from '../../../lib/index.ts'
import { startServer } from '../../../lib/index.ts'
import { consumerData, heartbeat, subscription } from '../../helpers/consumption-fixture.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { sendMessage } from '../../helpers/send-message.ts'

const INFO = { consumerGroup: 'G', clientId: 'c1' }

describe('a broker between its clients', () => {
  let server: RunningServer
  let clients: RawClient[]
  let tool: RawClient

  beforeEach(async () => {
    server = await startServer()
    clients = []
    tool = await connect()
  })
  afterEach(async () => {
    for (const client of clients) await client.close()
    await server.close()
  })

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(Number(server.brokerAddr.split(':')[1]))
    clients.push(client)
    return client
  }

  function call(client: RawClient, code: number, fields = {}, body?: Buffer) {
    return client.invoke(RemotingCommand.request(code, fields, body))
  }

  async function join(clientID: string, topic = 'T'): Promise<RawClient> {
    const client = await connect()
    const consumerDataSet = [consumerData('G', [subscription(topic)])]
    const body = heartbeat({ clientID, consumerDataSet, producerDataSet: [{ groupName: 'P' }] })
    expect((await call(client, RequestCode.HEART_BEAT, {}, body)).code).to.equal(0)
    return client
  }

  function answer(client: RawClient, request: RemotingCommand, response: RemotingCommand): void {
    response.opaque = request.opaque
    client.send(response)
  }

  it('passes running information through untouched', async () => {
    const consumer = await join('c1')
    const asked = call(tool, RequestCode.GET_CONSUMER_RUNNING_INFO, INFO)
    const request = await consumer.request(RequestCode.GET_CONSUMER_RUNNING_INFO)
    expect(request.extFields).to.deep.equal(INFO)
    const body = Buffer.from('{{"brokerName":"b"}:{\u00fc:0}}')
    answer(consumer, request, RemotingCommand.response(0, undefined, undefined, body))
    const response = await asked
    expect([response.code, response.body?.equals(body)]).to.deep.equal([0, true])
  })

  it('tells a tool when the consumer goes before it has answered', async () => {
    const consumer = await join('c1')
    const asked = call(tool, RequestCode.GET_CONSUMER_RUNNING_INFO, INFO)
    await consumer.request(RequestCode.GET_CONSUMER_RUNNING_INFO)
    await consumer.close()
    const { code, remark } = await asked
    expect(code).to.equal(1)
    expect(remark).to.match(/^invoke consumer <G> <c1> Exception: send request to </)
  })

  it('gives a consumer a stored message to consume directly', async () => {
    const consumer = await join('c1')
    const { extFields } = await sendMessage(server.brokerAddr, 'T')
    const fields = { ...INFO, msgId: extFields?.['msgId'] ?? '' }
    const asked = call(tool, RequestCode.CONSUME_MESSAGE_DIRECTLY, fields)
    const request = await consumer.request(RequestCode.CONSUME_MESSAGE_DIRECTLY)
    expect(request.body?.includes('hello')).to.equal(true)
    answer(consumer, request, RemotingCommand.response(0))
    expect((await asked).code).to.equal(0)
  })

  it('hands a reply to the producer that waits for it', async () => {
    const requester = await join('c1')
    const header = SendMessageRequestHeaderV2.encode({
      producerGroup: 'R',
      topic: 'DefaultCluster_REPLY_TOPIC',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 0,
      sysFlag: 0,
      bornTimestamp: 1_700_000_000_000,
      flag: 0,
      properties: encodeProperties([
        ['REPLY_TO_CLIENT', 'c1'],
        ['CORRELATION_ID', 'x'],
      ]),
    })
    const replied = call(tool, RequestCode.SEND_REPLY_MESSAGE_V2, header, Buffer.from('answer'))
    const request = await requester.request(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT)
    const properties = decodeProperties(request.extFields?.['properties'] ?? '')
    expect([properties.get('CORRELATION_ID'), request.body?.toString()]).to.deep.equal([
      ...['x', 'answer'],
    ])
    answer(requester, request, RemotingCommand.response(0))
    const { code, extFields } = await replied
    expect([code, extFields?.['queueOffset']]).to.deep.equal([0, '0'])
  })

  it('shares out the queues that the name server knows', async () => {
    await sendMessage(server.brokerAddr, 'Shared')
    await join('c2', 'Shared')
    const consumer = await join('c1', 'Shared')
    const assigned = async (clientId: string) => {
      const query = { topic: 'Shared', consumerGroup: 'G', clientId, strategyName: 'AVG' }
      const body = Buffer.from(JSON.stringify({ ...query, messageModel: 'CLUSTERING' }))
      const response = await call(consumer, RequestCode.QUERY_ASSIGNMENT, {}, body)
      const { messageQueueAssignments = [] } = QueryAssignmentResponseBody.decode(response.body)
      return messageQueueAssignments.map(({ messageQueue }) => messageQueue.queueId)
    }
    expect([await assigned('c1'), await assigned('c2')]).to.deep.equal([
      [0, 1],
      [2, 3],
    ])
  })
})
