import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { LiteSubscriptionCtlRequestBody } from '../../../../codec/body/lite-subscription.ts'
import { PopLiteMessageRequestHeader } from '../../../../codec/header/pop-lite-message.ts'
import { Host } from '../../../../codec/message/host.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { LiteConsumption } from '../../../../lib/broker/lite-consumption.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { RequestDispatcher } from '../../../../lib/remoting/index.ts'
import { makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { FakeRequestChannel } from '../../../helpers/remoting.ts'

const HOST = Host.of('127.0.0.1', 10911)
const MINUTE_MS = 60_000

type Action = 'PARTIAL_ADD' | 'PARTIAL_REMOVE' | 'COMPLETE_ADD' | 'COMPLETE_REMOVE'

describe('LiteConsumption', () => {
  let parts: ReturnType<typeof makeBrokerParts>
  let lite: LiteConsumption
  let dispatcher: RequestDispatcher
  let channels: Map<string, FakeRequestChannel>

  beforeEach(async () => {
    parts = makeBrokerParts({ maxClientEventCount: '2' })
    lite = new LiteConsumption({ ...parts, random: () => 0 })
    dispatcher = new RequestDispatcher(SILENT_LOGGER)
    const routes = { tryToFindTopicPublishInfo: () => Promise.resolve(undefined) }
    lite.registerProcessors(dispatcher, routes)
    channels = new Map()
    const attributes = new Map([
      ['message.type', 'LITE'],
      ['lite.topic.expiration', '20'],
    ])
    parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('P', { attributes }))
    addGroup('G')
    await lite.start()
  })
  afterEach(async () => {
    await lite.stop()
    parts.remove()
  })

  function addGroup(name: string, more: Record<string, string> = {}): void {
    const given = Object.entries({ 'lite.bind.topic': 'P', ...more })
    const attributes = new Map(given.map(([key, value]) => [`+${key}`, value]))
    const config = newSubscriptionGroupConfig(name, { attributes })
    parts.subscriptionGroupManager.updateSubscriptionGroupConfig(config)
  }

  function channelOf(clientId: string): FakeRequestChannel {
    const channel = channels.get(clientId) ?? new FakeRequestChannel({ id: channels.size + 1 })
    channels.set(clientId, channel)
    return channel
  }

  async function ask(
    clientId: string,
    code: number,
    fields = {},
    body?: Buffer,
  ): Promise<RemotingCommand | undefined> {
    const channel = channelOf(clientId)
    channel.responses.length = 0
    dispatcher.dispatch(RemotingCommand.request(code, fields, body), channel)
    await settle()
    return channel.responses[0]
  }

  async function settle(): Promise<void> {
    for (let i = 0; i < 6; i++) await nextTurn()
  }

  async function advance(ms: number): Promise<void> {
    parts.clock.advance(ms)
    await settle()
  }

  async function subscribe(clientId: string, action: Action, names: string[], group = 'G') {
    const entry = { action, clientId, group, topic: 'P', liteTopicSet: names, version: 1 }
    const body = LiteSubscriptionCtlRequestBody.encode({ subscriptionSet: [entry] })
    await ask(clientId, RequestCode.LITE_SUBSCRIPTION_CTL, {}, body)
  }

  function send(liteTopic: string, text = liteTopic): void {
    parts.messageStore.putMessage(
      {
        ...{ topic: `%LMQ%$P$${liteTopic}`, queueId: 0, flag: 0, sysFlag: 0, properties: '' },
        ...{ body: Buffer.from(text), bornTimestamp: 1, bornHost: HOST, storeHost: HOST },
        ...{ reconsumeTimes: 0, preparedTransactionOffset: 0 },
      },
      () => undefined,
    )
  }

  function bodiesIn(response: RemotingCommand | undefined): string[] {
    return (response?.bodySlices ?? []).map((body) => body.toString())
  }

  async function pop(clientId: string, fields: Partial<PopLiteMessageRequestHeader> = {}) {
    const header = PopLiteMessageRequestHeader.encode({
      ...{ clientId, consumerGroup: 'G', topic: 'P', maxMsgNum: 32, invisibleTime: 600_000 },
      ...{ pollTime: 0, bornTime: parts.clock.now(), ...fields },
    })
    return bodiesIn(await ask(clientId, RequestCode.POP_LITE_MESSAGE, header))
  }

  async function groupsOfTopic(): Promise<number | undefined> {
    const fields = { parentTopic: 'P', liteTopic: 'a' }
    const response = await ask('admin', RequestCode.GET_LITE_TOPIC_INFO, fields)
    return (JSON.parse(String(response?.body)) as { subscriber: unknown[] }).subscriber.length
  }

  it('gives what is noted for a silent client to another of its group', async () => {
    await subscribe('c1', 'PARTIAL_ADD', ['a'])
    await subscribe('c2', 'PARTIAL_ADD', ['a'])
    send('a')
    expect(await pop('c2')).to.deep.equal([])
    await advance(10_001)
    await advance(10_000)
    expect(await pop('c2')).to.deep.equal(['a'])
  })

  it('gives what is noted for a client that leaves to another', async () => {
    await subscribe('c1', 'PARTIAL_ADD', ['a'])
    await subscribe('c2', 'PARTIAL_ADD', ['a'])
    send('a')
    await subscribe('c1', 'COMPLETE_REMOVE', [])
    expect(await pop('c2')).to.deep.equal(['a'])
  })

  it('looks again for what was too much to note', async () => {
    await subscribe('c1', 'COMPLETE_ADD', ['a', 'b', 'c'])
    for (const name of ['a', 'b', 'c']) send(name)
    expect(await pop('c1')).to.deep.equal(['a', 'b'])
    expect(await pop('c1')).to.deep.equal([])
    for (const name of ['a', 'b']) {
      parts.consumerOffsetManager.commitOffset('G', `%LMQ%$P$${name}`, 0, 1)
    }
    await advance(10_000)
    expect(await pop('c1')).to.deep.equal(['c'])
  })

  it('answers the oldest held pop of the client, and at the end of its time', async () => {
    await subscribe('c1', 'PARTIAL_ADD', ['a'])
    await pop('c1', { pollTime: 5_000 })
    expect(channelOf('c1').responses).to.deep.equal([])
    send('a')
    await settle()
    expect(bodiesIn(channelOf('c1').responses[0])).to.deep.equal(['a'])
    await pop('c1', { pollTime: 5_000 })
    await advance(4_970)
    expect(channelOf('c1').responses[0]?.remark).to.equal('NO_MESSAGE_IN_QUEUE')
  })

  it('looks at all lite topics of a client without the mode of events', async () => {
    parts.liteConfig.enableLiteEventMode = false
    await subscribe('c1', 'PARTIAL_ADD', ['a', 'b'])
    for (const name of ['a', 'b', 'c']) send(name)
    expect(await pop('c1')).to.deep.equal(['a', 'b'])
  })

  it('gives a group no offset in lite topics that have no messages', async () => {
    parts.liteConfig.enableLiteEventMode = false
    parts.brokerConfig.initPopOffsetByCheckMsgInMem = false
    await subscribe('c1', 'PARTIAL_ADD', ['a', 'b'])
    expect(await pop('c1')).to.deep.equal([])
    expect(parts.consumerOffsetManager.queryOffset('G', '%LMQ%$P$a', 0)).to.equal(-1)
    send('a')
    expect(await pop('c1')).to.deep.equal(['a'])
  })

  it('forgets the held pops of connections that close', async () => {
    parts.brokerConfig.maxPopPollingSize = 1
    await subscribe('c1', 'PARTIAL_ADD', ['a'])
    await pop('c1', { pollTime: 5_000 })
    await pop('c2', { pollTime: 5_000 })
    expect(channelOf('c2').responses[0]?.code).to.equal(ResponseCode.POLLING_FULL)
    lite.onChannelClose(channelOf('c1'))
    await settle()
    await pop('c2', { pollTime: 5_000 })
    expect(channelOf('c2').responses).to.deep.equal([])
  })

  it('gives a wildcard group all lite topics, also those from before', async () => {
    addGroup('W', { 'lite.sub.wildcard': 'true' })
    send('old')
    await subscribe('w1', 'COMPLETE_ADD', [], 'W')
    send('new')
    expect(await pop('w1', { consumerGroup: 'W' })).to.deep.equal(['new'])
    await advance(10_000)
    expect(await pop('w1', { consumerGroup: 'W' })).to.deep.equal(['old'])
  })

  it('takes an exclusive lite topic from its client, and tells it', async () => {
    addGroup('X', { 'lite.sub.model': 'Exclusive', 'lite.sub.reset.offset.exclusive': 'true' })
    await subscribe('c1', 'PARTIAL_ADD', ['a', 'b'], 'X')
    await subscribe('c1', 'PARTIAL_ADD', ['a'], 'X')
    expect(channelOf('c1').oneways).to.deep.equal([])
    send('a')
    expect(await pop('c1', { consumerGroup: 'X' })).to.deep.equal(['a'])
    await subscribe('c2', 'PARTIAL_ADD', ['a'], 'X')
    const [told, ...more] = channelOf('c1').oneways
    expect([told?.code, told?.extFields, more]).to.deep.equal([
      RequestCode.NOTIFY_UNSUBSCRIBE_LITE,
      { clientId: 'c1', consumerGroup: 'X', liteTopic: 'a' },
      [],
    ])
    expect(await pop('c2', { consumerGroup: 'X' })).to.deep.equal([])
  })

  it('ends subscriptions that are not renewed', async () => {
    await subscribe('c1', 'COMPLETE_ADD', ['a'])
    await advance(2 * MINUTE_MS)
    await subscribe('c1', 'COMPLETE_ADD', ['a'])
    await advance(2 * MINUTE_MS)
    expect(await groupsOfTopic()).to.equal(1)
    await advance(2 * MINUTE_MS)
    expect(await groupsOfTopic()).to.equal(0)
  })

  it('removes lite topics whose time is over, with their offsets', async () => {
    await subscribe('c1', 'PARTIAL_ADD', ['a'])
    send('a')
    await pop('c1')
    parts.consumerOffsetManager.commitOffset('G', '%LMQ%$P$a', 0, 1)
    await advance(18 * MINUTE_MS)
    send('b')
    await advance(2 * MINUTE_MS)
    expect(parts.messageStore.topics).to.deep.equal(['%LMQ%$P$a', '%LMQ%$P$b'])
    await advance(2 * MINUTE_MS)
    expect(parts.messageStore.topics).to.deep.equal(['%LMQ%$P$b'])
    expect(parts.consumerOffsetManager.queryOffset('G', '%LMQ%$P$a', 0)).to.equal(-1)
  })
})
