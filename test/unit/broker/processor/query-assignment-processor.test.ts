import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  MessageRequestModeSerializeWrapper,
  QueryAssignmentResponseBody,
} from '../../../../codec/body/query-assignment.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
} from '../../../helpers/consumption-fixture.ts'

describe('queues shared out by the broker', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
    route('T', 4)
  })
  afterEach(() => fixture.remove())

  function route(topic: string, readQueueNums: number): void {
    const queue = { brokerName: 'broker-a', perm: 6, writeQueueNums: 1, topicSysFlag: 0 }
    const queueDatas = [{ ...queue, readQueueNums }]
    fixture.routes.set(topic, { brokerDatas: [], filterServerTable: new Map(), queueDatas })
  }

  function join(clientID: string): void {
    const consumerDataSet = [consumerData('G', [subscription('T')])]
    const body = heartbeat({ clientID, consumerDataSet })
    fixture.send(fixture.newChannel(), RequestCode.HEART_BEAT, {}, body)
  }

  /** Queue ids and modes; undefined when there are no assignments in the answer. */
  async function query(fields: object = {}): Promise<[number, string][] | undefined> {
    const all = {
      ...{ topic: 'T', consumerGroup: 'G', clientId: 'c1', strategyName: 'AVG' },
      ...{ messageModel: 'CLUSTERING', ...fields },
    }
    const body = Buffer.from(JSON.stringify(all))
    const response = await fixture.call(RequestCode.QUERY_ASSIGNMENT, {}, body)
    expect([response.code, response.remark]).to.deep.equal([0, undefined])
    const { messageQueueAssignments } = QueryAssignmentResponseBody.decode(response.body)
    return messageQueueAssignments?.map(({ messageQueue, mode }) => [messageQueue.queueId, mode])
  }

  async function setMode(fields: object = {}): Promise<[number, string | undefined]> {
    const all = { topic: 'T', consumerGroup: 'G', mode: 'POP', popShareQueueNum: 0, ...fields }
    const body = Buffer.from(JSON.stringify(all))
    const { code, remark } = await fixture.call(RequestCode.SET_MESSAGE_REQUEST_MODE, {}, body)
    return [code, remark]
  }

  it('gives each member its share', async () => {
    join('c2')
    join('c1')
    expect(await query()).to.deep.equal([
      [0, 'PULL'],
      [1, 'PULL'],
    ])
    expect(await query({ clientId: 'c2', strategyName: 'AVG_BY_CIRCLE' })).to.deep.equal([
      [1, 'PULL'],
      [3, 'PULL'],
    ])
    expect(await query({ clientId: 'stranger' })).to.deep.equal([])
  })

  it('leaves a client alone where it cannot tell: group, topic or strategy are not known', async () => {
    expect(await query()).to.equal(undefined)
    join('c1')
    expect(await query({ topic: 'U' })).to.equal(undefined)
    expect(await query({ strategyName: 'ODD' })).to.equal(undefined)
  })

  it('gives all queues to broadcasting clients, and to all when it is not to share out', async () => {
    expect(await query({ messageModel: 'BROADCASTING' })).to.have.lengthOf(4)
    fixture.config.serverLoadBalancerEnable = false
    expect(await query({ clientId: 'anybody' })).to.have.lengthOf(4)
  })

  it('uses the mode that was set for topic and group, or the default', async () => {
    join('c1')
    fixture.groups.findSubscriptionGroupConfig('G')
    expect(await setMode()).to.deep.equal([0, undefined])
    expect(await query()).to.deep.equal([[-1, 'POP']])
    expect(await query({ consumerGroup: 'H' })).to.equal(undefined)
    await setMode({ mode: 'PULL' })
    expect(await query()).to.have.lengthOf(4)
    fixture.config.defaultMessageRequestMode = 'POP'
    expect(await query()).to.have.lengthOf(4)
    route('%RETRY%G', 1)
    expect(await query({ topic: '%RETRY%G' })).to.deep.equal([[0, 'PULL']])
  })

  it('refuses a mode for retry topics, unknown topics and unknown groups, in this order', async () => {
    fixture.config.autoCreateSubscriptionGroup = false
    const group = { consumerGroup: 'nobody' }
    expect(await setMode({ topic: '%RETRY%G', ...group })).to.deep.equal([
      ...[16, 'retry topic is not allowed to set mode'],
    ])
    expect(await setMode({ topic: 'U', ...group })).to.deep.equal([17, 'topic[U] not exist'])
    expect(await setMode(group)).to.deep.equal([26, 'subscription group does not exist'])
  })

  it('keeps the modes in messageRequestMode.json', async () => {
    await setMode({ popShareQueueNum: 2 })
    const mode = { consumerGroup: 'G', mode: 'POP', popShareQueueNum: 2, topic: 'T' }
    const file = readFileSync(`${fixture.storePath}/config/messageRequestMode.json`, 'utf8')
    expect(JSON.parse(file)).to.deep.equal({ messageRequestModeMap: { T: { G: mode } } })
    const again = fixture.newLoadBalance()
    again.load()
    expect(again.messageRequestModeManager.getMessageRequestMode('T', 'G')).to.deep.equal(mode)
    const { body } = await fixture.call(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE)
    const { messageRequestModeMap } = MessageRequestModeSerializeWrapper.decode(body)
    expect(messageRequestModeMap.get('T')?.get('G')).to.deep.equal(mode)
  })
})
