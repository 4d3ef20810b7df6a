import { expect } from 'chai'
import { SendMessageRequestHeader } from '../../../../codec/header/send-message.ts'
import { ReplyMessageRequestHeader } from '../../../../codec/header/reply-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../../codec/header/send-message.ts'
import { decodeProperties, encodeProperties } from '../../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { Broker2Client } from '../../../../lib/broker/client/broker2client.ts'
import { ReplyMessageProcessor } from '../../../../lib/broker/processor/reply-message-processor.ts'
import { RemotingError } from '../../../../lib/remoting/index.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { FakeChannel, type FakeChannelOptions } from '../../../helpers/fake-channel.ts'

const REPLY_TOPIC = 'DefaultCluster_REPLY_TOPIC'
const COMMON = { MSG_REGION: 'DefaultRegion', TRACE_ON: 'true' }
const accepted = () => RemotingCommand.response(ResponseCode.SUCCESS)

describe('ReplyMessageProcessor', () => {
  let parts: BrokerParts
  let processor: ReplyMessageProcessor
  let producers: Map<string, FakeChannel>

  beforeEach(() => {
    parts = makeBrokerParts()
    producers = new Map()
    processor = new ReplyMessageProcessor({
      ...parts,
      producerManager: { findChannel: (clientId) => producers.get(clientId) },
      broker2Client: new Broker2Client(),
      storeHost: (channel) => channel.localHost,
      random: () => 0,
    })
  })
  afterEach(() => parts.remove())

  function waits(clientId: string, answer: FakeChannelOptions['answer']): FakeChannel {
    const channel = new FakeChannel({ id: 7, answer })
    producers.set(clientId, channel)
    return channel
  }

  const headerOf = (properties: Record<string, string>, fields: object = {}) => ({
    producerGroup: 'P',
    topic: REPLY_TOPIC,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 1,
    bornTimestamp: 1_700_000_000_000,
    flag: 3,
    properties: encodeProperties(new Map(Object.entries(properties))),
    reconsumeTimes: 0,
    unitMode: false,
    ...fields,
  })

  function reply(properties: Record<string, string>, fields: object = {}) {
    const header = SendMessageRequestHeaderV2.encode(headerOf(properties, fields))
    const code = RequestCode.SEND_REPLY_MESSAGE_V2
    const request = RemotingCommand.request(code, header, Buffer.from('answer'))
    return processor.process(request, new FakeChannel())
  }

  const seen = ({ code, remark, extFields }: RemotingCommand) => [code, remark, extFields]

  it('pushes the reply to the producer that waits, as it was sent and with the time', async () => {
    const waiting = waits('c1', accepted)
    await reply({ REPLY_TO_CLIENT: 'c1', CORRELATION_ID: 'x' })
    const [pushed] = waiting.invoked
    const { properties = '', ...header } = ReplyMessageRequestHeader.decode(pushed?.extFields)
    const expected = {
      ...headerOf({}),
      bornHost: '127.0.0.1:50001',
      storeHost: '127.0.0.1:10911',
      storeTimestamp: parts.clock.now(),
    }
    expect({ ...header, properties: '' }).to.include(expected)
    expect(Object.fromEntries(decodeProperties(properties))).to.deep.equal({
      ...{ REPLY_TO_CLIENT: 'c1', CORRELATION_ID: 'x', PUSH_REPLY_TIME: `${parts.clock.now()}` },
      ...COMMON,
    })
    expect([pushed?.code, pushed?.body?.toString()]).to.deep.equal([326, 'answer'])
  })

  it('stores the reply and answers where it stands', async () => {
    waits('c1', accepted)
    await reply({ REPLY_TO_CLIENT: 'c1' })
    const response = await reply({ REPLY_TO_CLIENT: 'c1' })
    const [, stored] = parts.messageStore.messagesOf(REPLY_TOPIC, 0)
    expect(stored).to.include({ flag: 3, sysFlag: 0, queueOffset: 1 })
    expect(decodeProperties(stored?.properties ?? '').has('PUSH_REPLY_TIME')).to.equal(false)
    const { msgId, ...fields } = response.extFields ?? {}
    expect([response.code, response.remark, fields]).to.deep.equal([
      ...[0, undefined, { ...COMMON, queueId: '0', queueOffset: '1' }],
    ])
    expect(msgId).to.match(/^7F00000100002A9F[0-9A-F]{16}$/)
  })

  it('takes SEND_REPLY_MESSAGE as well', async () => {
    const waiting = waits('c1', accepted)
    const header = SendMessageRequestHeader.encode(headerOf({ REPLY_TO_CLIENT: 'c1' }))
    const code = RequestCode.SEND_REPLY_MESSAGE
    const request = RemotingCommand.request(code, header, Buffer.from('answer'))
    expect((await processor.process(request, new FakeChannel())).code).to.equal(0)
    expect(waiting.invoked).to.have.lengthOf(1)
  })

  it('answers with no place when replies are not stored or the store refuses', async () => {
    waits('c1', accepted)
    const nowhere = { ...COMMON, msgId: '0', queueId: '0', queueOffset: '0' }
    parts.messageStore.nextStatus.push('SERVICE_NOT_AVAILABLE')
    const refused = await reply({ REPLY_TO_CLIENT: 'c1' })
    expect(seen(refused)).to.deep.equal([0, undefined, nowhere])
    parts.brokerConfig.storeReplyMessageEnable = false
    const kept = await reply({ REPLY_TO_CLIENT: 'c1' })
    expect(seen(kept)).to.deep.equal([0, undefined, nowhere])
    expect(parts.messageStore.log).to.deep.equal([])
  })

  const FAILURES: [string, FakeChannelOptions['answer']][] = [
    ['refuses', () => RemotingCommand.response(1, 'process reply message fail')],
    [
      'does not answer',
      () => {
        throw new RemotingError(ResponseCode.RPC_TIME_OUT, 'late')
      },
    ],
  ]
  for (const [what, answer] of FAILURES) {
    it(`tells the replier of a producer that ${what}, and stores the reply`, async () => {
      waits('c1', answer)
      const response = await reply({ REPLY_TO_CLIENT: 'c1' })
      expect([response.code, response.remark]).to.deep.equal([
        ...[1, 'push reply message to c1fail.'],
      ])
      expect(response.extFields).to.include({ queueOffset: '0' })
      expect(parts.messageStore.log).to.have.lengthOf(1)
    })
  }

  it('tells the replier of a producer that is not there, or not named', async () => {
    parts.brokerConfig.storeReplyMessageEnable = false
    expect(seen(await reply({ REPLY_TO_CLIENT: 'c9' }))).to.deep.equal([
      ...[1, 'push reply message fail, channel of <c9> not found.', COMMON],
    ])
    expect(seen(await reply({}))).to.deep.equal([
      ...[1, 'reply message properties[REPLY_TO_CLIENT] is null', COMMON],
    ])
  })

  it('makes the checks of a send', async () => {
    const waiting = waits('c1', accepted)
    const refusal = async (fields: object) => {
      const response = await reply({ REPLY_TO_CLIENT: 'c1' }, fields)
      expect(response.extFields).to.deep.equal(COMMON)
      return [response.code, response.remark?.slice(0, 27)]
    }
    expect(await refusal({ topic: 'a b' })).to.deep.equal([29, 'The specified topic contain'])
    expect(await refusal({ queueId: 1 })).to.deep.equal([29, 'request queueId[1] is illeg'])
    expect(await refusal({ topic: 'T', defaultTopic: 'U' })).to.deep.equal([
      ...[17, 'topic[T] not exist, apply f'],
    ])
    parts.brokerConfig.startAcceptSendRequestTimeStamp = parts.clock.now() + 1
    expect(await refusal({})).to.deep.equal([1, 'broker unable to service, u'])
    expect(waiting.invoked).to.deep.equal([])
  })

  it('refuses a reply without a body', async () => {
    const header = SendMessageRequestHeaderV2.encode(headerOf({ REPLY_TO_CLIENT: 'c1' }))
    const request = RemotingCommand.request(RequestCode.SEND_REPLY_MESSAGE_V2, header)
    expect((await processor.process(request, new FakeChannel())).code).to.equal(13)
  })
})
