import { expect } from 'chai'
import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import {
  type LogicQueueMappingItem,
  TopicConfigAndQueueMapping,
  TopicQueueMappingDetail,
} from '../../../codec/body/topic-queue-mapping.ts'
import { CreateTopicRequestHeader } from '../../../codec/header/create-topic.ts'
import { GetTopicConfigRequestHeader } from '../../../codec/header/get-config.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Broker } from '../../../lib/broker-startup.ts'
import { ask, BrokerGroup, pull } from '../../helpers/broker-group.ts'
import { sendMessage } from '../../helpers/send-message.ts'
import { mappingDetail, part } from '../../helpers/static-topic.ts'
import { until } from '../../helpers/until.ts'

const ON_B = part({ gen: 1, bname: 'broker-b', logicOffset: -1 })

describe('a static topic on two brokers', () => {
  let group: BrokerGroup
  let a: Broker
  let b: Broker

  beforeEach(async () => {
    group = new BrokerGroup()
    await group.start()
    a = await group.startBroker('a')
    b = await group.startBroker('b', { brokerName: 'broker-b' })
  })
  afterEach(() => group.close())

  function update(
    broker: Broker,
    items: LogicQueueMappingItem[],
    fields: Partial<TopicQueueMappingDetail> = {},
    header: Partial<CreateTopicRequestHeader> = {},
  ): Promise<RemotingCommand> {
    const bname = broker === a ? 'broker-a' : 'broker-b'
    const detail = mappingDetail(items.length === 0 ? [] : [items], { bname, ...fields })
    const extFields = CreateTopicRequestHeader.encode({
      topic: 'T',
      defaultTopic: 'TBW102',
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      order: false,
      ...header,
    })
    const code = RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC
    const body = TopicQueueMappingDetail.encode(detail)
    return ask(broker.address.toString(), RemotingCommand.request(code, extFields, body))
  }

  /** As mqadmin moves a queue: the new broker first, then the old one, then the place is decided. */
  async function moveToB(): Promise<void> {
    const answers = [
      await update(b, [part(), ON_B], { epoch: 2000 }),
      await update(a, [part(), ON_B], { epoch: 2000 }),
      await update(b, [part(), { ...ON_B, logicOffset: 10_000 }], { epoch: 2000 }),
    ]
    expect(answers.map(({ code }) => code)).to.deep.equal([0, 0, 0])
  }

  async function mappingAt(broker: Broker, lo?: boolean) {
    const header = GetTopicConfigRequestHeader.encode({ topic: 'T', lo })
    const request = RemotingCommand.request(RequestCode.GET_TOPIC_CONFIG, header)
    const { code, body } = await ask(broker.address.toString(), request)
    if (code === ResponseCode.TOPIC_NOT_EXIST) return undefined
    return TopicConfigAndQueueMapping.decode(body).mappingDetail
  }

  /** Queue ids by broker that lead logical queues, as clients learn them. */
  async function routeMappings() {
    const request = RemotingCommand.request(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'T' })
    const { body } = await ask(group.namesrvAddr, request)
    const { topicQueueMappingByBroker } = TopicRouteData.decode(body)
    return [...(topicQueueMappingByBroker ?? [])].map(([name, { currIdMap }]) => [name, currIdMap])
  }

  async function sendTo(broker: Broker) {
    const { code, extFields } = await sendMessage(broker.address.toString(), 'T')
    return [code, extFields?.['queueId'], extFields?.['queueOffset']]
  }

  it('is known by its route as soon as the answer is there', async () => {
    await update(a, [part()])
    expect(await routeMappings()).to.deep.equal([['broker-a', new Map([[0, 0]])]])
    await moveToB()
    expect(await routeMappings()).to.have.deep.members([
      ['broker-a', new Map()],
      ['broker-b', new Map([[0, 0]])],
    ])
  })

  it('takes messages and gives them at logical offsets, before and after a queue has moved', async () => {
    await update(a, [part()])
    expect(await sendTo(a)).to.deep.equal([0, '0', '0'])
    expect(await sendTo(a)).to.deep.equal([0, '0', '1'])
    await moveToB()
    expect((await sendTo(a))[0]).to.equal(ResponseCode.NOT_LEADER_FOR_QUEUE)
    expect(await sendTo(b)).to.deep.equal([0, '0', '10000'])
    const early = await pull(b.address.toString(), 'T', 0)
    expect(early.bodies).to.deep.equal(['hello', 'hello'])
    expect(early.response.extFields).to.include({ nextBeginOffset: '2', offsetDelta: '0' })
    const end = await pull(b.address.toString(), 'T', 2)
    expect(end.response.code).to.equal(ResponseCode.PULL_RETRY_IMMEDIATELY)
    expect(end.response.extFields).to.include({ nextBeginOffset: '10000' })
    const late = await pull(b.address.toString(), 'T', 10_000)
    expect(late.bodies).to.deep.equal(['hello'])
    expect(late.response.extFields).to.include({ nextBeginOffset: '10001', offsetDelta: '10000' })
  })

  it('takes messages while its queue moves, and does not know their offsets yet', async () => {
    await update(a, [part()])
    await update(b, [part(), ON_B], { epoch: 2000 })
    expect(await sendTo(b)).to.deep.equal([0, '0', '-1'])
  })

  it('tells its parts to who asks for them, and nothing when it is deleted', async () => {
    await update(a, [part()])
    expect(await mappingAt(a, true)).to.deep.equal(mappingDetail([[part()]]))
    expect(await mappingAt(a)).to.equal(undefined)
    const header = { topic: 'T' }
    const address = a.address.toString()
    await ask(address, RemotingCommand.request(RequestCode.DELETE_TOPIC_IN_BROKER, header))
    expect(await mappingAt(a, true)).to.equal(undefined)
    await update(a, [])
    expect((await mappingAt(a, true))?.hostedQueues.size).to.equal(0)
  })

  it('stays as it is where a change is refused', async () => {
    await update(a, [part()])
    const old = await update(a, [part()], { epoch: 1 }, { writeQueueNums: 4, readQueueNums: 4 })
    expect(old.code).to.equal(ResponseCode.SYSTEM_ERROR)
    expect(old.remark).to.equal("Can't accept data with small epoch 1 < 1000")
    const foreign = await update(a, [part()], { bname: 'broker-b' })
    expect(foreign.remark).to.equal('The broker name is not equal broker-a != broker-b ')
    const system = await update(a, [part()], { topic: 'TBW102' }, { topic: 'TBW102' })
    expect(system.code).to.equal(ResponseCode.INVALID_PARAMETER)
    expect(await mappingAt(a, true)).to.deep.equal(mappingDetail([[part()]]))
  })

  it('is taken over by slaves', async () => {
    await update(a, [part()])
    const settings = { brokerRole: 'SLAVE', brokerId: '1' }
    const slave = await group.startBroker('s', settings)
    await until(async () => (await mappingAt(slave, true)) !== undefined)
    expect(await mappingAt(slave, true)).to.deep.equal(mappingDetail([[part()]]))
  })
})
