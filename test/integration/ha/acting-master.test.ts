import { expect } from 'chai'
import { ConsumerOffsetSerializeWrapper } from '../../../codec/body/consumer-offset.ts'
import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Broker } from '../../../lib/broker-startup.ts'
import { ask, BrokerGroup, pull } from '../../helpers/broker-group.ts'
import { sendMessage } from '../../helpers/send-message.ts'
import { until } from '../../helpers/until.ts'

const GROUP = {
  enableSlaveActingMaster: 'true',
  enableRemoteEscape: 'true',
  totalReplicas: '2',
  syncBrokerMemberGroupPeriod: '20',
  messageDelayLevel: '1s 2s 3s',
  transactionCheckInterval: '100',
  transactionTimeOut: '1',
  defaultTopicQueueNums: '1',
}
const SLAVE = { ...GROUP, brokerRole: 'SLAVE', brokerId: '1', slaveReadEnable: 'true' }
const READ_ONLY = 4
const READ_WRITE = 6

describe('a slave that acts as master', () => {
  let group: BrokerGroup
  let master: Broker
  let slave: Broker
  let other: Broker

  beforeEach(async () => {
    group = new BrokerGroup()
    await group.start()
    other = await group.startBroker('b', {
      brokerName: 'broker-b',
      defaultTopicQueueNums: '1',
    })
    master = await group.startBroker('m', GROUP)
    await until(async () => (await mastersOf('TBW102')).size === 2)
    for (const broker of [master, other]) await sendMessage(addressOf(broker), 'T')
    slave = await group.startBroker('s', SLAVE)
    await until(async () => (await routeOf('TBW102'))?.brokerDatas.some(isGroup) === true)
    await until(async () => (await pull(addressOf(slave), 'T')).bodies.length === 1)
    await until(async () => (await mastersOf('T')).size === 2)
  })
  afterEach(() => group.close())

  const isGroup = ({ brokerName, brokerAddrs }: TopicRouteData['brokerDatas'][number]) =>
    brokerName === 'broker-a' && brokerAddrs.size === 2

  function addressOf(broker: Broker): string {
    return broker.address.toString()
  }

  async function routeOf(topic: string): Promise<TopicRouteData | undefined> {
    const request = RemotingCommand.request(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
    const { code, body } = await ask(group.namesrvAddr, request)
    return code === ResponseCode.SUCCESS ? TopicRouteData.decode(body) : undefined
  }

  /** Broker name -> what stands as its master in the route. */
  async function mastersOf(topic: string): Promise<Map<string, string>> {
    const masters = new Map<string, string>()
    for (const { brokerName, brokerAddrs } of (await routeOf(topic))?.brokerDatas ?? []) {
      const addr = brokerAddrs.get(0)
      if (addr !== undefined) masters.set(brokerName, addr)
    }
    return masters
  }

  async function permOf(topic: string): Promise<number | undefined> {
    const route = await routeOf(topic)
    return route?.queueDatas.find(({ brokerName }) => brokerName === 'broker-a')?.perm
  }

  async function failOver(): Promise<void> {
    await group.stopBroker(master)
    await until(async () => (await mastersOf('T')).get('broker-a') === addressOf(slave))
  }

  async function failBack(): Promise<void> {
    master = await group.startBroker('m', GROUP)
    await until(async () => (await mastersOf('T')).get('broker-a') === addressOf(master))
  }

  /** Bodies in the queue of T, without the two that are there from the beginning. */
  async function arrived(broker: Broker): Promise<string[]> {
    return (await pull(addressOf(broker), 'T', 1)).bodies
  }

  async function queryOffset(broker: Broker): Promise<string | undefined> {
    const query = { consumerGroup: 'CG', topic: 'T', queueId: '0' }
    const request = RemotingCommand.request(RequestCode.QUERY_CONSUMER_OFFSET, query)
    return (await ask(addressOf(broker), request)).extFields?.['offset']
  }

  async function commitOffset(broker: Broker, offset: number) {
    const commit = { consumerGroup: 'CG', topic: 'T', queueId: '0', commitOffset: String(offset) }
    const request = RemotingCommand.request(RequestCode.UPDATE_CONSUMER_OFFSET, commit)
    expect((await ask(addressOf(broker), request)).code).to.equal(ResponseCode.SUCCESS)
  }

  it('stands in routes as the master that nobody can write to, and keeps its consumers', async () => {
    expect(await permOf('T')).to.equal(READ_WRITE)
    await failOver()
    expect(await permOf('T')).to.equal(READ_ONLY)
    expect((await sendMessage(addressOf(slave), 'T')).code).to.equal(
      ResponseCode.SERVICE_NOT_AVAILABLE,
    )
    const atEnd = await pull(addressOf(slave), 'T', 1)
    expect(atEnd.response.code).to.equal(ResponseCode.PULL_NOT_FOUND)
    await failBack()
    expect(await permOf('T')).to.equal(READ_WRITE)
    await until(async () => {
      const { response } = await pull(addressOf(slave), 'T', 1)
      return response.code === ResponseCode.PULL_RETRY_IMMEDIATELY
    })
  })

  it('delivers what waits for its time to another broker, once', async () => {
    await sendMessage(addressOf(master), 'T', 'DELAY\x012\x02')
    await sendMessage(addressOf(master), 'T', 'TIMER_DELAY_SEC\x012\x02')
    await failOver()
    await until(async () => (await arrived(other)).length === 2)
    await failBack()
    await sendMessage(addressOf(master), 'T', 'DELAY\x011\x02')
    await until(async () => (await arrived(master)).length === 1)
    expect(await arrived(other)).to.have.length(2)
    await sendMessage(addressOf(master), 'T', 'DELAY\x012\x02')
    await failOver()
    await until(async () => (await arrived(other)).length === 3)
  })

  it('sends half messages to another broker, which asks their producer', async () => {
    const properties = 'TRAN_MSG\x01true\x02PGROUP\x01PG\x02UNIQ_KEY\x01K1\x02'
    await sendMessage(addressOf(master), 'T', properties)
    await failOver()
    const request = RemotingCommand.request(RequestCode.GET_MAX_OFFSET, {
      topic: 'RMQ_SYS_TRANS_HALF_TOPIC',
      queueId: '0',
    })
    await until(async () => (await ask(addressOf(other), request)).extFields?.['offset'] !== '0')
    await failBack()
    expect((await arrived(master)).length).to.equal(0)
  })

  it('hands the offsets of its consumers over to the master that comes back', async () => {
    await pull(addressOf(master), 'T')
    await commitOffset(master, 0)
    await failOver()
    await pull(addressOf(slave), 'T')
    await commitOffset(slave, 1)
    await failBack()
    expect(await queryOffset(master)).to.equal('1')
    const request = RemotingCommand.request(RequestCode.GET_ALL_CONSUMER_OFFSET)
    const { body } = await ask(addressOf(master), request)
    expect(ConsumerOffsetSerializeWrapper.decode(body).dataVersion.counter).to.be.above(999_999)
  })
})
