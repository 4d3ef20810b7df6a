import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { GetBrokerMemberGroupResponseBody } from '../../../codec/body/broker-member-group.ts'
import { DataVersion } from '../../../codec/body/data-version.ts'
import { KVTable } from '../../../codec/body/kv-table.ts'
import { RegisterBrokerBody } from '../../../codec/body/register-broker-body.ts'
import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { QueryDataVersionResponseHeader } from '../../../codec/header/query-data-version.ts'
import { Host } from '../../../codec/message/host.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { BrokerAddress } from '../../../lib/broker/out/broker-address.ts'
import type { BrokerOuterApiDeps } from '../../../lib/broker/out/broker-outer-api.ts'
import { BrokerOuterApi } from '../../../lib/broker/out/broker-outer-api.ts'
import { newTopicConfig } from '../../../lib/broker/topic/topic-config.ts'
import { TopicConfigManager } from '../../../lib/broker/topic/topic-config-manager.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../lib/common/logger.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import { BROKER_TABLES } from '../../../lib/config/tables.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const MACHINE = { home: '/home/me', hostName: 'box', processors: 2, environment: {} }

/** A NameServer that keeps what brokers tell it and answers as a test says. */
class FakeNameServer {
  readonly fixture = new ServerFixture()
  readonly requests: RemotingCommand[] = []
  answer: (request: RemotingCommand) => RemotingCommand = () => RemotingCommand.response(0)

  async start(): Promise<string> {
    const processor = {
      process: (request: RemotingCommand) => {
        this.requests.push(request)
        this.fixture.signal()
        return this.answer(request)
      },
    }
    this.fixture.dispatcher.registerDefaultProcessor(processor)
    await this.fixture.start()
    return `127.0.0.1:${this.fixture.server.address.port}`
  }

  body(index: number) {
    return RegisterBrokerBody.decode(this.requests[index]?.body)
  }

  topics(index: number): string[] {
    return [...this.body(index).topicConfigSerializeWrapper.topicConfigTable.keys()]
  }
}

describe('BrokerOuterApi', () => {
  const directory = makeTempDirectory()
  let directories = 0
  let stops: (() => Promise<void>)[] = []

  afterEach(async () => {
    for (const stop of stops.reverse()) await stop()
    stops = []
  })
  after(() => directory.remove())

  async function startNameServer() {
    const nameServer = new FakeNameServer()
    const address = await nameServer.start()
    stops.push(() => nameServer.fixture.stop())
    return { nameServer, address }
  }

  function createApi(settings: Record<string, string>, bound = '0.0.0.0') {
    const layer = { source: 'test', entries: new Map(Object.entries(settings)) }
    const { configs } = loadConfigs(BROKER_TABLES, [layer], MACHINE)
    const clock = new SimClock()
    const topicConfigManager = new TopicConfigManager({
      brokerConfig: configs.broker,
      storeConfig: {
        ...configs.store,
        storePathRootDir: `${directory.path}/${++directories}`,
      },
      clock,
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    })
    const address = new BrokerAddress({
      config: configs.broker,
      listenAddress: () => Host.of(bound, 10911),
      haListenPort: () => 10912,
      machineAddress: () => '192.0.2.7',
    })
    const deps: BrokerOuterApiDeps = {
      config: configs.broker,
      clientConfig: configs.client,
      address,
      topicConfigManager,
      isIsolated: () => false,
      topicQueueMappingManager: { mappingInfoOf: () => undefined },
      onMaster: () => undefined,
      clock,
      logger: SILENT_LOGGER,
    }
    const api = new BrokerOuterApi(deps)
    stops.push(() => api.stop())
    return { api, clock, topicConfigManager, config: configs.broker }
  }

  it('registers all topics with every name server at the start', async () => {
    const first = await startNameServer()
    const second = await startNameServer()
    const { api, topicConfigManager } = createApi({
      namesrvAddr: `${first.address}; ${second.address}`,
      brokerName: 'broker-a',
      brokerIP1: '198.51.100.1',
      brokerIP2: '198.51.100.2',
    })
    await api.start()
    for (const { nameServer } of [first, second]) {
      expect(nameServer.requests).to.have.lengthOf(1)
      const [request] = nameServer.requests as [RemotingCommand]
      expect(request.code).to.equal(RequestCode.REGISTER_BROKER)
      expect(request.extFields).to.deep.equal({
        brokerName: 'broker-a',
        brokerAddr: '198.51.100.1:10911',
        clusterName: 'DefaultCluster',
        haServerAddr: '198.51.100.2:10912',
        brokerId: '0',
        enableActingMaster: 'false',
        compressed: 'false',
        bodyCrc32: String(crc32(request.body as Buffer) & 0x7fffffff),
      })
      const topics = [...topicConfigManager.topicConfigTable.keys()]
      expect(nameServer.topics(0)).to.have.members(topics)
      const { dataVersion } = nameServer.body(0).topicConfigSerializeWrapper
      expect(dataVersion).to.deep.equal(topicConfigManager.dataVersion.toJSON())
    }
  })

  it('registers a new topic by itself, at once', async () => {
    const { nameServer, address } = await startNameServer()
    const { api, topicConfigManager } = createApi({ namesrvAddr: address })
    await api.start()
    const attributes = new Map([['message.type', 'FIFO']])
    topicConfigManager.createTopicIfAbsent(
      newTopicConfig('Fresh', { writeQueueNums: 3, attributes }),
    )
    await nameServer.fixture.signals(2)
    expect(nameServer.topics(1)).to.deep.equal(['Fresh'])
    const { topicConfigTable, dataVersion } = nameServer.body(1).topicConfigSerializeWrapper
    expect(topicConfigTable.get('Fresh')?.writeQueueNums).to.equal(3)
    expect(topicConfigTable.get('Fresh')?.attributes).to.deep.equal(attributes)
    expect(dataVersion).to.deep.equal(topicConfigManager.dataVersion.toJSON())
  })

  it('registers again in each period', async () => {
    const { nameServer, address } = await startNameServer()
    const { api, clock } = createApi({ namesrvAddr: address })
    await api.start()
    clock.advance(29_999)
    expect(nameServer.requests).to.have.lengthOf(1)
    clock.advance(1)
    await nameServer.fixture.signals(2)
    expect(nameServer.topics(1)).to.have.members(nameServer.topics(0))
  })

  it('takes periods below 10 s as 10 s', async () => {
    const { nameServer, address } = await startNameServer()
    const { api, clock } = createApi({ namesrvAddr: address, registerNameServerPeriod: '1' })
    await api.start()
    clock.advance(9_999)
    expect(nameServer.requests).to.have.lengthOf(1)
    clock.advance(1)
    await nameServer.fixture.signals(2)
  })

  it('is not held up by a name server that does not answer', async () => {
    const silent = await startNameServer()
    silent.nameServer.answer = () => undefined as unknown as RemotingCommand
    const { nameServer, address } = await startNameServer()
    const { api, topicConfigManager } = createApi({ namesrvAddr: `${silent.address};${address}` })
    const started = api.start()
    await nameServer.fixture.signals(1)
    topicConfigManager.createTopicIfAbsent(newTopicConfig('Fresh'))
    await nameServer.fixture.signals(2)
    expect(nameServer.topics(1)).to.include('Fresh')
    await api.stop()
    await started
  })

  it('tries again soon after a registration that failed', async () => {
    const { nameServer, address } = await startNameServer()
    nameServer.answer = () => RemotingCommand.response(ResponseCode.SYSTEM_ERROR, 'not now')
    const { api, clock } = createApi({ namesrvAddr: address })
    await api.start()
    nameServer.answer = () => RemotingCommand.response(0)
    clock.advance(2_000)
    await nameServer.fixture.signals(2)
    expect(nameServer.topics(1)).to.have.members(nameServer.topics(0))
  })

  it('starts when no name server can be reached', async () => {
    const { api, clock } = createApi({ namesrvAddr: '127.0.0.1:1' })
    await api.start()
    expect(clock.pendingTimers).to.be.greaterThan(0)
  })

  it('unregisters when it stops', async () => {
    const { nameServer, address } = await startNameServer()
    const { api } = createApi({ namesrvAddr: address, brokerIP1: '198.51.100.1' })
    await api.start()
    await api.stop()
    const last = nameServer.requests.at(-1)
    expect(last?.code).to.equal(RequestCode.UNREGISTER_BROKER)
    expect(last?.extFields).to.deep.equal({
      brokerName: 'box',
      brokerAddr: '198.51.100.1:10911',
      clusterName: 'DefaultCluster',
      brokerId: '0',
    })
  })

  it('asks first, and registers only when the name server has other topics, if not forced', async () => {
    const { nameServer, address } = await startNameServer()
    let changed = true
    nameServer.answer = (request) =>
      request.code === RequestCode.QUERY_DATA_VERSION
        ? RemotingCommand.response(0, undefined, QueryDataVersionResponseHeader.encode({ changed }))
        : RemotingCommand.response(0)
    const { api, clock, topicConfigManager } = createApi({
      namesrvAddr: address,
      forceRegister: 'false',
    })
    await api.start()
    changed = false
    clock.advance(30_000)
    await nameServer.fixture.signals(3)
    await api.stop()
    expect(nameServer.requests.map(({ code }) => code)).to.deep.equal([
      RequestCode.QUERY_DATA_VERSION,
      RequestCode.REGISTER_BROKER,
      RequestCode.QUERY_DATA_VERSION,
      RequestCode.UNREGISTER_BROKER,
    ])
    const asked = DataVersion.decode(nameServer.requests[0]?.body)
    expect(asked).to.deep.equal(topicConfigManager.dataVersion.toJSON())
  })

  describe('in a group whose slaves may act as masters', () => {
    const GROUP = {
      brokerName: 'broker-a',
      brokerClusterName: 'c',
      enableSlaveActingMaster: 'true',
    }
    const MEMBERS = new Map([
      [0, '10.0.0.1:1'],
      [2, '10.0.0.2:1'],
    ])

    const codes = (nameServer: FakeNameServer): number[] =>
      nameServer.requests.map(({ code }) => code)

    it('uses what name servers of 4.x know, for the members of the group and as a sign of life', async () => {
      const { nameServer, address } = await startNameServer()
      const { api, clock, topicConfigManager } = createApi({ ...GROUP, namesrvAddr: address })
      await api.start()
      clock.advance(1_000)
      await nameServer.fixture.signals(2)
      expect(codes(nameServer)).to.deep.equal([
        RequestCode.REGISTER_BROKER,
        RequestCode.QUERY_DATA_VERSION,
      ])
      const sign = nameServer.requests[1] as RemotingCommand
      expect(sign.isOneway).to.equal(true)
      expect(sign.extFields).to.include({ brokerName: 'broker-a', clusterName: 'c', brokerId: '0' })
      expect(DataVersion.decode(sign.body)).to.deep.equal(topicConfigManager.dataVersion.toJSON())

      const broker = (brokerName: string, cluster: string, brokerAddrs: Map<number, string>) => ({
        ...{ brokerName, cluster, brokerAddrs, zoneName: undefined, enableActingMaster: false },
      })
      const route = TopicRouteData.encode({
        brokerDatas: [
          broker('broker-a', 'another', new Map([[0, '10.0.0.9:1']])),
          broker('broker-b', 'c', new Map([[0, '10.0.0.8:1']])),
          broker('broker-a', 'c', MEMBERS),
        ],
        queueDatas: [],
        filterServerTable: new Map(),
      })
      nameServer.answer = () =>
        RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, route)
      expect([...(await api.getBrokerMemberGroup())]).to.deep.equal([...MEMBERS])
      const asked = nameServer.requests[2] as RemotingCommand
      expect(asked.code).to.equal(RequestCode.GET_ROUTEINFO_BY_TOPIC)
      expect(asked.extFields?.['topic']).to.equal('rmq_sys_SYNC_BROKER_MEMBER_broker-a')
      expect([...topicConfigManager.topicConfigTable.keys()]).to.include(asked.extFields?.['topic'])

      nameServer.answer = () => RemotingCommand.response(ResponseCode.TOPIC_NOT_EXIST, 'none')
      expect((await api.getBrokerMemberGroup()).size).to.equal(0)
      nameServer.answer = () => RemotingCommand.response(ResponseCode.SYSTEM_ERROR, 'busy')
      const failure = await api.getBrokerMemberGroup().catch((error: unknown) => error)
      expect(failure).to.be.an('error').with.property('message', 'busy')
    })

    it('uses the requests made for it where compatibleWithOldNameSrv is off', async () => {
      const { nameServer, address } = await startNameServer()
      const settings = { ...GROUP, namesrvAddr: address, compatibleWithOldNameSrv: 'false' }
      const { api, clock } = createApi(settings)
      await api.start()
      clock.advance(1_000)
      await nameServer.fixture.signals(2)
      const body = GetBrokerMemberGroupResponseBody.encode({
        brokerMemberGroup: { cluster: 'c', brokerName: 'broker-a', brokerAddrs: MEMBERS },
      })
      nameServer.answer = () =>
        RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
      expect([...(await api.getBrokerMemberGroup())]).to.deep.equal([...MEMBERS])
      expect(codes(nameServer)).to.deep.equal([
        RequestCode.REGISTER_BROKER,
        RequestCode.BROKER_HEARTBEAT,
        RequestCode.GET_BROKER_MEMBER_GROUP,
      ])
    })
  })

  it('follows a change of the list of name servers', async () => {
    const { nameServer, address } = await startNameServer()
    const { api, clock, config } = createApi({})
    await api.start()
    Object.assign(config, { namesrvAddr: address })
    clock.advance(30_000)
    await nameServer.fixture.signals(1)
    expect(nameServer.requests[0]?.code).to.equal(RequestCode.REGISTER_BROKER)
  })

  it('limits the permissions of topics to those of the broker', async () => {
    const { nameServer, address } = await startNameServer()
    const { api } = createApi({ namesrvAddr: address, brokerPermission: '4' })
    await api.start()
    const { topicConfigTable } = nameServer.body(0).topicConfigSerializeWrapper
    expect(topicConfigTable.get('SELF_TEST_TOPIC')?.perm).to.equal(4)
  })

  it('marks the topics as ordered that the name server names', async () => {
    const { nameServer, address } = await startNameServer()
    const body = KVTable.encode({ table: new Map([['SELF_TEST_TOPIC', 'box:1']]) })
    nameServer.answer = () => RemotingCommand.response(0, undefined, {}, body)
    const { api, topicConfigManager } = createApi({ namesrvAddr: address })
    await api.start()
    expect(topicConfigManager.isOrderTopic('SELF_TEST_TOPIC')).to.equal(true)
  })

  describe('without brokerIP1', () => {
    async function register(bound: string) {
      const { nameServer, address } = await startNameServer()
      const { api } = createApi({ namesrvAddr: address }, bound)
      await api.start()
      return nameServer.requests[0]?.extFields
    }

    it("gives the machine's address to a name server on the same machine, as one to be replaced", async () => {
      const fields = await register('0.0.0.0')
      expect(fields?.brokerAddr).to.equal('192.0.2.7:10911')
      expect(fields?.haServerAddr).to.equal('192.0.2.7:10912')
      expect(fields?.brokerAddrAuto).to.equal('true')
    })

    it('gives the address that it is bound to', async () => {
      const fields = await register('127.0.0.1')
      expect(fields?.brokerAddr).to.equal('127.0.0.1:10911')
      expect(fields).not.to.have.property('brokerAddrAuto')
    })
  })
})
