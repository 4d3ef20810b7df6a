import { expect } from 'chai'
import {
  GetBrokerLiteInfoResponseBody,
  GetLiteClientInfoResponseBody,
  GetParentTopicInfoResponseBody,
} from '../../../codec/body/lite-info.ts'
import { SubscriptionGroupConfig } from '../../../codec/body/subscription-group-config.ts'
import { CreateTopicRequestHeader } from '../../../codec/header/create-topic.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { newSubscriptionGroupConfig } from '../../../lib/broker/subscription/subscription-group-config.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { LITE_SETTINGS, LiteClient } from '../../helpers/lite-fixture.ts'

describe('a broker with lite topics', () => {
  let fixture: BrokerFixture
  let client: LiteClient

  beforeEach(async () => {
    fixture = new BrokerFixture({ ...LITE_SETTINGS, maxLiteSubscriptionCount: '3' })
    await fixture.start()
    client = new LiteClient((...request) => fixture.invoke(...request))
    await createTopic('P', '+message.type=LITE,+lite.topic.expiration=30')
    await createGroup('G', { 'lite.bind.topic': 'P' })
  })
  afterEach(() => fixture.close())

  async function createTopic(topic: string, attributes: string): Promise<void> {
    const fields = CreateTopicRequestHeader.encode({
      ...{ topic, defaultTopic: 'TBW102', readQueueNums: 4, writeQueueNums: 4, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false, attributes },
    })
    expect(await answer(RequestCode.UPDATE_AND_CREATE_TOPIC, fields)).to.match(/^0 /)
  }

  async function createGroup(group: string, attributes: Record<string, string>): Promise<void> {
    const named = Object.entries(attributes).map(([key, value]) => [`+${key}`, value] as const)
    const config = newSubscriptionGroupConfig(group, { attributes: new Map(named) })
    const body = SubscriptionGroupConfig.encode(config)
    const code = RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP
    expect(await answer(code, {}, body)).to.equal('0 undefined')
  }

  async function answer(code: number, fields = {}, body?: Buffer): Promise<string> {
    return textOf(await fixture.invoke(code, fields, body))
  }

  async function send(liteTopic: string, body: string, queueId = 0): Promise<void> {
    const fields = SendMessageRequestHeaderV2.encode({
      ...{ producerGroup: 'PG', defaultTopic: 'TBW102', defaultTopicQueueNums: 1, topic: 'P' },
      ...{ queueId, sysFlag: 0, bornTimestamp: 1_600_000_000_000, flag: 0 },
      properties: `__LITE_TOPIC\u0001${liteTopic}\u0002`,
    })
    const response = await fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))
    expect(response.code).to.equal(ResponseCode.SUCCESS)
  }

  it('hands out what its client is subscribed to, each lite topic in order', async () => {
    await client.subscribe('COMPLETE_ADD', ['a', 'b'])
    await send('a', '1', 0)
    await send('c', 'unwanted', 1)
    await send('b', '1', 2)
    await send('a', '2', 3)
    const popped = await client.pop()
    expect(popped.map(({ liteTopic, body, offset }) => [liteTopic, body, offset])).to.deep.equal([
      ['a', '1', 0],
      ['a', '2', 1],
      ['b', '1', 0],
    ])
    expect(popped.map(({ count }) => count)).to.deep.equal(['0', '0', '0'])
    expect(popped[0]?.message).to.include({ topic: 'P', queueId: 0 })
  })

  it('closes a lite topic until all is acknowledged, then goes on', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    for (const body of ['1', '2', '3']) await send('a', body)
    const [first, second] = await client.pop({ maxMsgNum: 2 })
    expect(await client.bodies()).to.deep.equal([])
    expect(textOf(await client.ack(first))).to.equal('0 undefined')
    expect(await client.bodies()).to.deep.equal([])
    await client.ack(second)
    expect(await client.bodies()).to.deep.equal(['a:3'])
  })

  it('answers a held pop when a message arrives', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    const held = client.bodies({ pollTime: 4_000 })
    await send('a', 'late')
    expect(await held).to.deep.equal(['a:late'])
  })

  it('gives a message again after its time, and counts', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    await send('a', '1')
    await client.pop({ invisibleTime: 60 })
    const again = await client.pop({ pollTime: 4_000, invisibleTime: 60_000 })
    expect(again.map(({ body, count }) => [body, count])).to.deep.equal([['1', '0 qo0%0 1']])
    const changed = await client.changeInvisibleTime(again[0], 50)
    expect(changed.extFields).to.include({ reviveQid: '999' })
    const third = await client.pop({ pollTime: 4_000 })
    expect(third.map(({ count }) => count)).to.deep.equal(['0 qo0%0 2'])
    await client.changeInvisibleTime(third[0], 50, true)
    const fourth = await client.pop({ pollTime: 4_000 })
    expect(fourth.map(({ count }) => count)).to.deep.equal(['0 qo0%0 2'])
  })

  it('lets the same attempt have the same messages again', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    await send('a', '1')
    await client.pop({ attemptId: 'x' })
    await fixture.invoke(RequestCode.TRIGGER_LITE_DISPATCH, { group: 'G', clientId: 'c1' })
    expect(await client.bodies({ attemptId: 'y' })).to.deep.equal([])
    await fixture.invoke(RequestCode.TRIGGER_LITE_DISPATCH, { group: 'G' })
    expect(await client.bodies({ attemptId: 'x' })).to.deep.equal(['a:1'])
  })

  it('begins where a subscription says', async () => {
    for (const body of ['1', '2', '3']) await send('a', body)
    const begin = (type: 'OFFSET' | 'POLICY' | 'TAIL_N', value: number) =>
      client.subscribe('PARTIAL_ADD', ['a'], { offsetOption: { type, value } })
    await begin('OFFSET', 1)
    const popped = await client.pop()
    expect(popped.map(({ body }) => body)).to.deep.equal(['2', '3'])
    for (const each of popped) await client.ack(each)
    await begin('TAIL_N', 1)
    await fixture.invoke(RequestCode.TRIGGER_LITE_DISPATCH, { group: 'G' })
    expect(await client.bodies()).to.deep.equal(['a:3'])
    await begin('POLICY', 1)
    await fixture.invoke(RequestCode.TRIGGER_LITE_DISPATCH, { group: 'G' })
    expect(await client.bodies()).to.deep.equal(['a:1', 'a:2', 'a:3'])
    await begin('POLICY', 2)
    await send('a', '4')
    expect(await client.bodies()).to.deep.equal(['a:4'])
  })

  it('refuses pops as Apache does', async () => {
    await createTopic('N', '')
    await createGroup('other', {})
    const refusal = async (fields: object) => textOf(await client.popRequest(fields))
    const broker = 'the broker[127.0.0.1]'
    expect(await refusal({ bornTime: 1 })).to.equal(`210 ${broker} pop message is timeout too much`)
    expect(await refusal({ maxMsgNum: 33 })).to.equal(
      `29 ${broker} pop message's num is greater than 32`,
    )
    expect(await refusal({ topic: 'none' })).to.match(/^17 topic \[none\] not exist, apply first/)
    expect(await refusal({ topic: 'N' })).to.equal('29 the topic [N] message type not match')
    expect(await refusal({ consumerGroup: 'other' })).to.equal(
      '29 subscription bind topic not match, other',
    )
    const empty = await client.popRequest()
    expect(textOf(empty)).to.equal('210 NO_MESSAGE_IN_QUEUE')
    expect(empty.extFields).to.include({ invisibleTime: '10000', reviveQid: '999' })
  })

  it('refuses acknowledgements as Apache does, and does nothing', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    await send('a', '1')
    const [popped] = await client.pop()
    const refusal = async (more: object) => textOf(await client.ack(popped, more))
    await createGroup('other', {})
    expect(await refusal({ consumerGroup: 'other' })).to.equal(
      '29 group type or bind topic not match.',
    )
    expect(await refusal({ offset: 7 })).to.equal('208 ack offset illegal.')
    expect(await refusal({ queueId: 1 })).to.equal('29 ack queue illegal.')
    expect(await refusal({ extraInfo: '0 1 1 0 0 broker-a 0 0' })).to.equal('29 ack queue illegal.')
    expect(await refusal({ offset: 1 })).to.equal('13 ack offset illegal.')
    expect((await client.groupInfo('a')).totalLagCount).to.equal(1)
  })

  it('refuses subscriptions beyond the bound, and of groups that may not consume', async () => {
    const code = RequestCode.LITE_SUBSCRIPTION_CTL
    expect(await answer(code)).to.equal('604 Request body is null.')
    expect(await answer(code, {}, Buffer.from('{}'))).to.equal(
      '604 LiteSubscriptionCtlRequestBody is empty.',
    )
    await client.subscribe('COMPLETE_ADD', ['a', 'b', 'c'])
    expect(textOf(await client.subscribe('COMPLETE_ADD', ['a', 'b', 'c']))).to.equal('0 undefined')
    const exceeded =
      '2018 org.apache.rocketmq.broker.lite.LiteQuotaException: lite subscription quota exceeded 3'
    expect(textOf(await client.subscribe('PARTIAL_ADD', ['d']))).to.equal(exceeded)
    expect(textOf(await client.subscribe('COMPLETE_ADD', ['b', 'c', 'd', 'e']))).to.equal(exceeded)
    const off = newSubscriptionGroupConfig('off', { consumeEnable: false })
    const body = SubscriptionGroupConfig.encode(off)
    await fixture.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, body)
    expect(textOf(await client.subscribe('PARTIAL_ADD', ['d'], { group: 'off' }))).to.equal(
      '604 java.lang.IllegalStateException: Consumer group is not allowed to consume.',
    )
  })

  it('tells tools about lite topics', async () => {
    await client.subscribe('COMPLETE_ADD', ['a', 'b'])
    for (const body of ['1', '2', '3']) await send('a', body)
    const [first] = await client.pop({ maxMsgNum: 1 })
    await client.ack(first)
    const broker = await fixture.invoke(RequestCode.GET_BROKER_LITE_INFO)
    expect(GetBrokerLiteInfoResponseBody.decode(broker.body)).to.deep.include({
      ...{ currentLmqNum: 1, liteSubscriptionCount: 2, orderInfoCount: 1, maxLmqNum: 20_000 },
      ...{ topicMeta: new Map([['P', 30]]), groupMeta: new Map([['P', ['G']]]) },
    })
    const parent = await fixture.invoke(RequestCode.GET_PARENT_TOPIC_INFO, { topic: 'P' })
    expect(GetParentTopicInfoResponseBody.decode(parent.body)).to.deep.equal({
      ...{ groups: ['G'], liteTopicCount: 1, lmqNum: 1, topic: 'P', ttl: 30 },
    })
    const lite = await client.topicInfo('a')
    expect(lite).to.deep.include({ subscriber: [{ clientId: 'c1', group: 'G' }] })
    expect(lite.topicOffset).to.include({ minOffset: 0, maxOffset: 3 })
    expect(lite.shardingToBroker).to.equal(true)
    const group = await client.groupInfo('a')
    expect(group.liteTopicOffsetWrapper).to.include({ brokerOffset: 3, consumerOffset: 1 })
    expect(group.totalLagCount).to.equal(2)
    const all = await client.groupInfo('')
    expect(all.lagCountTopK?.map(({ liteTopic, lagCount }) => [liteTopic, lagCount])).to.deep.equal(
      [['a', 2]],
    )
    const fields = { parentTopic: 'P', group: 'G', clientId: 'c1', maxCount: '1' }
    const known = await fixture.invoke(RequestCode.GET_LITE_CLIENT_INFO, fields)
    expect(GetLiteClientInfoResponseBody.decode(known.body)).to.deep.include({
      ...{ liteTopicCount: 2, liteTopicSet: ['%LMQ%$P$a'] },
    })
  })

  it('removes the lite topics of a parent with it', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    await send('a', '1')
    await client.pop()
    await fixture.invoke(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: 'P' })
    await createTopic('P', '+message.type=LITE')
    const { topicOffset, subscriber } = await client.topicInfo('a')
    expect([topicOffset.maxOffset, subscriber]).to.deep.equal([0, []])
  })

  it('knows its lite topics after a restart', async () => {
    await client.subscribe('PARTIAL_ADD', ['a'])
    for (const body of ['1', '2']) await send('a', body)
    const [first] = await client.pop({ maxMsgNum: 1 })
    await client.ack(first)
    await fixture.restart()
    await client.subscribe('COMPLETE_ADD', ['a'])
    expect(await client.bodies()).to.deep.equal(['a:2'])
  })
})

function textOf({ code, remark }: RemotingCommand): string {
  return `${code} ${remark}`
}
