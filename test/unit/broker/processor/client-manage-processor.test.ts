import { expect } from 'chai'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
} from '../../../helpers/consumption-fixture.ts'
import type { FakeRequestChannel } from '../../../helpers/remoting.ts'

const { HEART_BEAT, UNREGISTER_CLIENT, CHECK_CLIENT_CONFIG } = RequestCode

describe('ClientManageProcessor', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T')
  })
  afterEach(() => fixture.remove())

  /** Sends a heartbeat of client `clientID` over `channel`; the answer. */
  function beat(channel: FakeRequestChannel, clientID: string, fields: object): RemotingCommand {
    fixture.send(channel, HEART_BEAT, {}, heartbeat({ clientID, ...fields }))
    return channel.responses.at(-1) as RemotingCommand
  }

  function consume(channel: FakeRequestChannel, clientID: string, fields = {}): RemotingCommand {
    const consumerDataSet = [consumerData('G', [subscription('T')], fields)]
    return beat(channel, clientID, { consumerDataSet })
  }

  /** Groups of the notifications that a channel has got, in order. */
  function notified(channel: FakeRequestChannel): (string | undefined)[] {
    return channel.oneways.map(({ code, extFields }) => `${code} ${extFields?.consumerGroup}`)
  }

  function members(): string[] | undefined {
    return fixture.consumption.consumerManager.getConsumerGroupInfo('G')?.getAllClientId()
  }

  it('registers producers and consumers and says what it supports', () => {
    const channel = fixture.newChannel()
    const consumerDataSet = [consumerData('G', [subscription('T', 'a', 7, [97])])]
    const response = beat(channel, 'c1', { consumerDataSet, producerDataSet: [{ groupName: 'P' }] })
    expect([response.code, response.extFields]).to.deep.equal([
      0,
      { IS_SUPPORT_HEART_BEAT_V2: 'true', IS_SUB_CHANGE: 'true' },
    ])
    const { consumerManager, producerManager } = fixture.consumption
    const info = consumerManager.getConsumerGroupInfo('G')
    expect(info?.messageModel).to.equal('CLUSTERING')
    expect(info?.findSubscriptionData('T')?.codeSet).to.deep.equal([97])
    expect(producerManager.groupOnline('P')).to.equal(true)
    expect(producerManager.findChannel('c1')).to.equal(channel)
  })

  it("creates the group's retry topic", () => {
    consume(fixture.newChannel(), 'c1')
    expect(fixture.topics.selectTopicConfig('%RETRY%G')).to.include({
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
      order: false,
      topicSysFlag: 0,
    })
  })

  it('marks the retry topic of a group that subscribes to an order topic, and of unit mode', () => {
    Object.assign(fixture.topics.selectTopicConfig('T') ?? {}, { order: true })
    consume(fixture.newChannel(), 'c1', { unitMode: true })
    expect(fixture.topics.selectTopicConfig('%RETRY%G')).to.include({
      order: true,
      topicSysFlag: 2,
    })
  })

  it('passes over a group that does not exist, and answers 0', () => {
    fixture.config.autoCreateSubscriptionGroup = false
    expect(consume(fixture.newChannel(), 'c1').code).to.equal(0)
    expect(members()).to.equal(undefined)
  })

  it('passes over pull consumers where the broker rejects them', () => {
    fixture.config.rejectPullConsumerEnable = true
    consume(fixture.newChannel(), 'c1', { consumeType: 'CONSUME_ACTIVELY' })
    expect(members()).to.equal(undefined)
  })

  describe('notifications', () => {
    it('go to all members, the new one included, before its heartbeat is answered', () => {
      const first = fixture.newChannel()
      const second = fixture.newChannel()
      consume(first, 'c1')
      expect(notified(first)).to.deep.equal(['40 G'])
      const order: string[] = []
      second.invokeOneway = () => void order.push('notification')
      second.respond = () => void order.push('answer')
      fixture.send(
        second,
        HEART_BEAT,
        {},
        heartbeat({ clientID: 'c2', consumerDataSet: [consumerData('G', [subscription('T')])] }),
      )
      expect(order).to.deep.equal(['notification', 'answer'])
      expect(notified(first)).to.deep.equal(['40 G', '40 G'])
      expect(members()).to.deep.equal(['c1', 'c2'])
    })

    it('are one-way and not repeated while nothing changes', () => {
      const channel = fixture.newChannel()
      consume(channel, 'c1')
      consume(channel, 'c1')
      expect(channel.oneways.map(({ isOneway }) => isOneway)).to.deep.equal([true])
    })

    it('tell of topics that are added or dropped, not of other expressions', () => {
      const channel = fixture.newChannel()
      const subscribe = (...subscriptions: object[]) =>
        beat(channel, 'c1', { consumerDataSet: [consumerData('G', subscriptions)] })
      subscribe(subscription('T'))
      subscribe(subscription('T', 'a', 2, [97]))
      expect(channel.oneways).to.have.length(1)
      subscribe(subscription('T', 'a', 2, [97]), subscription('U'))
      expect(channel.oneways).to.have.length(2)
      subscribe(subscription('U'))
      expect(channel.oneways).to.have.length(3)
    })

    it('keep silent where group or broker want it so, and for broadcasting', () => {
      const config = newSubscriptionGroupConfig('G', { notifyConsumerIdsChangedEnable: false })
      fixture.groups.updateSubscriptionGroupConfig(config)
      const first = fixture.newChannel()
      consume(first, 'c1')
      const second = fixture.newChannel()
      const broadcasting = { messageModel: 'BROADCASTING' }
      const consumerDataSet = [consumerData('B', [subscription('T')], broadcasting)]
      beat(second, 'c2', { consumerDataSet })
      fixture.config.notifyConsumerIdsChangedEnable = false
      const third = fixture.newChannel()
      beat(third, 'c3', { consumerDataSet: [consumerData('H', [subscription('T')])] })
      expect([first, second, third].flatMap(notified)).to.deep.equal([])
    })

    it('are gathered where the broker does not send them at once', async () => {
      fixture.config.realTimeNotifyConsumerChange = false
      await fixture.consumption.start()
      const first = fixture.newChannel()
      const second = fixture.newChannel()
      consume(first, 'c1')
      consume(second, 'c2')
      fixture.clock.advance(14_999)
      expect([first, second].flatMap(notified)).to.deep.equal([])
      fixture.clock.advance(1)
      expect([first, second].flatMap(notified)).to.deep.equal(['40 G', '40 G'])
    })
  })

  describe('heartbeat V2', () => {
    function beatV2(
      channel: FakeRequestChannel,
      heartbeatFingerprint: number,
      withoutSub: boolean,
    ): string | undefined {
      const subscriptions = withoutSub ? [] : [subscription('T')]
      const consumerDataSet = [consumerData('G', subscriptions)]
      const fields = { heartbeatFingerprint, withoutSub, consumerDataSet }
      return beat(channel, 'c1', fields).extFields?.IS_SUB_CHANGE
    }

    it('says whether the fingerprint has changed', () => {
      const channel = fixture.newChannel()
      expect(beatV2(channel, 11, false)).to.equal('false')
      expect(beatV2(channel, 11, true)).to.equal('false')
      expect(beatV2(channel, 12, false)).to.equal('true')
      expect(beatV2(channel, 12, true)).to.equal('false')
    })

    it('keeps the subscriptions when they are left out', () => {
      const channel = fixture.newChannel()
      beatV2(channel, 11, false)
      beatV2(channel, 11, true)
      const { consumerManager } = fixture.consumption
      expect(consumerManager.findSubscriptionData('G', 'T')?.subString).to.equal('*')
      expect(channel.oneways).to.have.length(1)
    })

    it('asks for subscriptions that it does not know', () => {
      expect(beatV2(fixture.newChannel(), 11, true)).to.equal('true')
    })
  })

  describe('leaving', () => {
    let first: FakeRequestChannel
    let second: FakeRequestChannel

    beforeEach(() => {
      first = fixture.newChannel()
      second = fixture.newChannel()
      consume(first, 'c1')
      consume(second, 'c2')
      first.oneways.length = 0
      second.oneways.length = 0
    })

    it('by UNREGISTER_CLIENT tells those that remain', () => {
      const fields = { clientID: 'c2', consumerGroup: 'G', producerGroup: 'P' }
      fixture.send(second, UNREGISTER_CLIENT, fields)
      expect(second.responses.at(-1)?.code).to.equal(0)
      expect(members()).to.deep.equal(['c1'])
      expect([notified(first), notified(second)]).to.deep.equal([['40 G'], []])
    })

    it('by closing the connection tells those that remain', () => {
      fixture.consumption.onChannelClose(second)
      expect(members()).to.deep.equal(['c1'])
      expect([notified(first), notified(second)]).to.deep.equal([['40 G'], []])
      fixture.consumption.onChannelClose(first)
      expect(members()).to.equal(undefined)
    })

    it('by 120 s of silence closes the connection and tells those that remain', async () => {
      await fixture.consumption.start()
      fixture.clock.advance(60_000)
      consume(first, 'c1')
      fixture.clock.advance(60_000)
      expect(members()).to.deep.equal(['c1', 'c2'])
      fixture.clock.advance(10_000)
      expect(members()).to.deep.equal(['c1'])
      expect([second.isOpen, second.closeReason]).to.deep.equal([
        false,
        'no heartbeat from the consumer',
      ])
      expect(notified(first)).to.deep.equal(['40 G'])
    })

    it('removes a producer from all tables', async () => {
      const { producerManager } = fixture.consumption
      const channel = fixture.newChannel()
      beat(channel, 'p1', { producerDataSet: [{ groupName: 'P' }, { groupName: 'Q' }] })
      fixture.send(channel, UNREGISTER_CLIENT, { clientID: 'p1', producerGroup: 'P' })
      expect([producerManager.groupOnline('P'), producerManager.groupOnline('Q')]).to.deep.equal([
        false,
        true,
      ])
      await fixture.consumption.start()
      fixture.clock.advance(130_000)
      expect(producerManager.groupOnline('Q')).to.equal(false)
      expect(producerManager.findChannel('p1')).to.equal(undefined)
      expect(channel.isOpen).to.equal(false)
    })
  })

  describe('CHECK_CLIENT_CONFIG', () => {
    function check(subscriptionData: object): Promise<RemotingCommand> {
      const body = { clientId: 'c1', group: 'G', subscriptionData }
      return fixture.call(CHECK_CLIENT_CONFIG, {}, Buffer.from(JSON.stringify(body)))
    }

    it('accepts tags', async () => {
      expect((await check(subscription('T', 'a || b'))).code).to.equal(0)
      expect((await fixture.call(CHECK_CLIENT_CONFIG)).code).to.equal(0)
    })

    const sql = (subString: string, expressionType = 'SQL92') => ({
      ...subscription('T', subString),
      expressionType,
    })

    it('refuses SQL where the broker does not filter by properties', async () => {
      const { code, remark } = await check(sql('a > 1'))
      expect([code, remark]).to.deep.equal([
        1,
        'The broker does not support consumer to filter message by SQL92',
      ])
    })

    it('checks SQL where the broker filters by properties', async () => {
      fixture.config.enablePropertyFilter = true
      expect((await check(sql('a > 1'))).code).to.equal(0)
      const broken = await check(sql('a > 1 AND'))
      expect(broken.code).to.equal(23)
      expect(broken.remark).to.match(
        /^Invalid MessageSelector\. Expected .* \(line 1, column 10\)$/,
      )
      const { code, remark } = await check(sql('a > 1', 'XQUERY'))
      expect([code, remark]).to.deep.equal([23, 'unknown expression type XQUERY'])
    })
  })
})
