import type { TopicConfig } from '../../codec/body/topic-config.ts'
import type { TopicQueueMappingInfo } from '../../codec/body/topic-queue-mapping.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { NamesrvConfigs } from '../../lib/config/tables.ts'
import { NAMESRV_TABLES } from '../../lib/config/tables.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import type { BrokerRegistration } from '../../lib/namesrv/routeinfo/broker-registrar.ts'
import { RouteInfoManager } from '../../lib/namesrv/routeinfo/route-info-manager.ts'
import { createRouteTables } from '../../lib/namesrv/routeinfo/route-tables.ts'
import { FakeChannel } from './fake-channel.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SimClock } from './sim-clock.ts'

/** Apache's defaults with `entries` over them, as a file would give them. */
export function namesrvConfigs(entries: Record<string, string> = {}): NamesrvConfigs {
  const machine = { home: '/nowhere', hostName: 'host', processors: 2, environment: {} }
  const layer = { source: 'test', entries: new Map(Object.entries(entries)) }
  return loadConfigs(NAMESRV_TABLES, [layer], machine)
}

export function topicConfig(topicName: string, given: Partial<TopicConfig> = {}): TopicConfig {
  return {
    attributes: new Map(),
    order: false,
    perm: 6,
    readQueueNums: 4,
    topicFilterType: 'SINGLE_TAG',
    topicName,
    topicSysFlag: 0,
    writeQueueNums: 4,
    ...given,
  }
}

export function staticTopic(topic: string, bname: string, epoch = 1): TopicQueueMappingInfo {
  return {
    bname,
    currIdMap: new Map([[0, 0]]),
    dirty: false,
    epoch,
    scope: '__global__',
    topic,
    totalQueues: 1,
  }
}

/** A master `broker-a` of `C` with the topics T1 and T2; `given` says what is different. */
export function registration(given: Partial<BrokerRegistration> = {}): BrokerRegistration {
  return {
    clusterName: 'C',
    brokerName: 'broker-a',
    brokerId: 0,
    brokerAddr: '10.0.0.1:10911',
    haServerAddr: '10.0.0.1:10912',
    zoneName: undefined,
    heartbeatTimeoutMs: undefined,
    enableActingMaster: false,
    dataVersion: version(1),
    topicConfigs: topics('T1', 'T2'),
    topicQueueMappings: new Map(),
    filterServers: [],
    channel: new FakeChannel(),
    addrFollowsClient: false,
    ...given,
  }
}

export function topics(...names: string[]): Map<string, TopicConfig> {
  return new Map(names.map((name) => [name, topicConfig(name)]))
}

export function version(counter: number, stateVersion = 0) {
  return { counter, stateVersion, timestamp: 1000 }
}

/** Route tables with their manager, on a simulated clock. */
export class RouteFixture {
  readonly clock = new SimClock()
  readonly logger = new RecordingLogger()
  readonly tables = createRouteTables()
  /** What was sent to brokers. */
  readonly sent: { address: string; request: RemotingCommand }[] = []
  readonly routeInfo: RouteInfoManager

  constructor(entries: Record<string, string> = {}) {
    this.routeInfo = new RouteInfoManager({
      tables: this.tables,
      config: namesrvConfigs(entries).configs.namesrv,
      clock: this.clock,
      logger: this.logger,
      brokerClient: {
        invokeOneway: async (address, request) => {
          this.sent.push({ address, request })
        },
      },
    })
  }

  register(given: Partial<BrokerRegistration> = {}) {
    return this.routeInfo.registerBroker(registration(given))
  }

  /** Registers a slave, of the newer kind unless `given` says otherwise. */
  registerSlave(brokerId: number, given: Partial<BrokerRegistration> = {}) {
    const brokerAddr = `10.0.0.${brokerId + 1}:10911`
    return this.register({ brokerId, brokerAddr, channel: new FakeChannel(), ...given })
  }

  /** Unregisters at once. */
  unregister(given: Partial<BrokerRegistration> = {}): void {
    const { clusterName, brokerName, brokerId, brokerAddr } = registration(given)
    const request = { clusterName, brokerName, brokerId, brokerAddr }
    this.routeInfo.submitUnRegisterBrokerRequest(request)
    this.clock.advance(0)
  }

  /** Permission of a topic on broker-a. */
  perm(topic: string, brokerName = 'broker-a'): number | undefined {
    return this.tables.topicQueues.queuesOf(topic)?.get(brokerName)?.perm
  }

  /** brokerId -> address of broker-a, as an object. */
  addrs(brokerName = 'broker-a'): Record<string, string> {
    return Object.fromEntries(this.tables.brokerAddrs.get(brokerName)?.brokerAddrs ?? [])
  }
}
