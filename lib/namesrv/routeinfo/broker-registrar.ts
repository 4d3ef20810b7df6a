import type { DataVersion } from '../../../codec/body/data-version.ts'
import type { RegisterBrokerResponseHeader } from '../../../codec/header/register-broker.ts'
import type { TopicConfig } from '../../../codec/body/topic-config.ts'
import type { TopicQueueMappingInfo } from '../../../codec/body/topic-queue-mapping.ts'
import type { BrokerData, QueueData } from '../../../codec/body/topic-route-data.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { BrokerAddrInfo } from './broker-addr-info.ts'
import { MASTER_ID, minBrokerId } from './broker-addr-table.ts'
import type { BrokerLiveInfo } from './broker-live-table.ts'
import { DEFAULT_BROKER_CHANNEL_EXPIRED_TIME_MS } from './broker-live-table.ts'
import type { MinBrokerIdNotifier } from './min-broker-id-notifier.ts'
import { withoutWrite } from '../../common/perm-name.ts'
import type { RouteTables } from './route-tables.ts'

/** What a broker says of itself when it registers. */
export interface BrokerRegistration extends BrokerAddrInfo {
  readonly brokerName: string
  readonly brokerId: number
  readonly haServerAddr: string
  readonly zoneName: string | undefined
  readonly heartbeatTimeoutMs: number | undefined
  /** undefined: the broker is older than the acting master. */
  readonly enableActingMaster: boolean | undefined
  readonly dataVersion: DataVersion
  readonly topicConfigs: ReadonlyMap<string, TopicConfig>
  /** By topic. */
  readonly topicQueueMappings: ReadonlyMap<string, TopicQueueMappingInfo>
  /** undefined: leave what is known. */
  readonly filterServers: readonly string[] | undefined
  readonly channel: BrokerLiveInfo['channel']
  readonly addrFollowsClient: boolean
}

interface BrokerRegistrarDeps {
  readonly tables: RouteTables
  readonly config: NamesrvConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly notifier: MinBrokerIdNotifier
}

/** Enters brokers into the route tables. Apache: namesrv.routeinfo.RouteInfoManager#registerBroker */
export class BrokerRegistrar {
  readonly #deps: BrokerRegistrarDeps

  constructor(deps: BrokerRegistrarDeps) {
    this.#deps = deps
  }

  /**
   * Returns what a slave is told of its master, or undefined when the registration is refused: a broker that is not
   * registered has to begin with all its topics, so one topic alone is an update that came too early.
   */
  registerBroker(registration: BrokerRegistration): RegisterBrokerResponseHeader | undefined {
    const { brokerAddrs } = this.#deps.tables
    const { brokerName, brokerId } = registration
    const known = brokerAddrs.get(brokerName)?.brokerAddrs ?? new Map<number, string>()
    const registeredAddr = known.get(brokerId)
    if (this.#isHeldByNewerState(registration, registeredAddr)) return this.#ignore(registration)
    if (registeredAddr === undefined && registration.topicConfigs.size === 1) {
      this.#deps.logger.warn(
        identity(registration),
        'single topic of an unregistered broker refused',
      )
      return undefined
    }
    const previousMin = minBrokerId(known)
    const broker = this.#putBroker(registration, known)
    const isPrime = brokerId === MASTER_ID || isPrimeSlave(registration, broker)
    if (isPrime) this.#registerTopics(registration, broker, registeredAddr === undefined)
    this.#putLive(registration)
    if (previousMin !== undefined && brokerId < previousMin) {
      this.#deps.notifier.minBrokerArrived(broker, registration.haServerAddr)
    }
    return brokerId === MASTER_ID ? {} : this.#masterOf(broker, registration.clusterName)
  }

  isBrokerTopicConfigChanged(
    broker: BrokerAddrInfo,
    dataVersion: DataVersion | undefined,
  ): boolean {
    const live = this.#deps.tables.brokerLives.get(broker)
    return live === undefined || !isSameVersion(live.dataVersion, dataVersion)
  }

  /** Whether another process has this broker id, with a newer state (a controller elected it later). */
  #isHeldByNewerState(
    registration: BrokerRegistration,
    registeredAddr: string | undefined,
  ): boolean {
    if (registeredAddr === undefined || registeredAddr === registration.brokerAddr) return false
    const { clusterName, dataVersion } = registration
    const holder = this.#deps.tables.brokerLives.get({ clusterName, brokerAddr: registeredAddr })
    return holder !== undefined && holder.dataVersion.stateVersion > dataVersion.stateVersion
  }

  #ignore(registration: BrokerRegistration): RegisterBrokerResponseHeader {
    const { tables, logger } = this.#deps
    logger.warn(identity(registration), 'registration ignored: the id is held by a newer state')
    tables.brokerAddrs.deleteAddr(registration.brokerName, registration.brokerAddr)
    tables.brokerLives.delete(registration)
    return {}
  }

  #putBroker(registration: BrokerRegistration, known: ReadonlyMap<number, string>): BrokerData {
    const { brokerAddrs, clusterAddrs } = this.#deps.tables
    const { clusterName, brokerName, brokerId, brokerAddr } = registration
    // A slave that has become master registers the same address under another id.
    const others = [...known].filter(([id, addr]) => id !== brokerId && addr !== brokerAddr)
    const broker: BrokerData = {
      cluster: brokerAddrs.get(brokerName)?.cluster ?? clusterName,
      brokerName,
      brokerAddrs: new Map(others).set(brokerId, brokerAddr),
      enableActingMaster: registration.enableActingMaster ?? false,
      zoneName: registration.zoneName,
    }
    brokerAddrs.put(broker)
    clusterAddrs.add(clusterName, brokerName)
    return broker
  }

  #registerTopics(registration: BrokerRegistration, broker: BrokerData, isFirst: boolean): void {
    const { topicQueues, topicQueueMappings } = this.#deps.tables
    const { brokerName, brokerId, topicConfigs } = registration
    this.#deleteMissingTopics(registration)
    const isChanged =
      isFirst || this.isBrokerTopicConfigChanged(registration, registration.dataVersion)
    const isActingMaster = brokerId !== MASTER_ID && broker.enableActingMaster
    for (const topicConfig of topicConfigs.values()) {
      if (!isChanged && topicQueues.has(topicConfig.topicName, brokerName)) continue
      const queues = queueDataOf(brokerName, topicConfig)
      if (isActingMaster) queues.perm = withoutWrite(queues.perm)
      topicQueues.put(topicConfig.topicName, queues)
    }
    if (!isChanged) return
    for (const [topic, mapping] of registration.topicQueueMappings) {
      topicQueueMappings.put(topic, mapping.bname ?? brokerName, mapping)
    }
  }

  /** Static topics are not supported by this option. */
  #deleteMissingTopics(registration: BrokerRegistration): void {
    const { config, tables, logger } = this.#deps
    const { brokerName, topicConfigs, topicQueueMappings } = registration
    if (!config.deleteTopicWithBrokerRegistration || topicQueueMappings.size > 0) return
    for (const topic of tables.topicQueues.topicsOfBroker(brokerName)) {
      if (topicConfigs.has(topic)) continue
      tables.topicQueues.deleteOfBroker(topic, brokerName)
      logger.info({ topic, brokerName }, 'topic no longer registered: deleted')
    }
  }

  #putLive(registration: BrokerRegistration): void {
    const { tables, clock, logger } = this.#deps
    const { clusterName, brokerAddr, haServerAddr, dataVersion } = registration
    if (tables.brokerLives.get(registration) === undefined) {
      logger.info(identity(registration), 'new broker registered')
    }
    tables.brokerLives.put({
      clusterName,
      brokerAddr,
      haServerAddr,
      dataVersion,
      lastUpdateTimestampMs: clock.now(),
      heartbeatTimeoutMs: registration.heartbeatTimeoutMs ?? DEFAULT_BROKER_CHANNEL_EXPIRED_TIME_MS,
      channel: registration.channel,
      addrFollowsClient: registration.addrFollowsClient,
    })
    if (registration.filterServers !== undefined) {
      tables.filterServers.put(registration, registration.filterServers)
    }
  }

  #masterOf(broker: BrokerData, clusterName: string): RegisterBrokerResponseHeader {
    const masterAddr = broker.brokerAddrs.get(MASTER_ID)
    if (masterAddr === undefined) return {}
    const master = this.#deps.tables.brokerLives.get({ clusterName, brokerAddr: masterAddr })
    return master === undefined ? {} : { masterAddr, haServerAddr: master.haServerAddr }
  }
}

/** A slave of the newer kind with the smallest id there is speaks for its name while there is no master. */
function isPrimeSlave({ enableActingMaster, brokerId }: BrokerRegistration, broker: BrokerData) {
  return enableActingMaster !== undefined && brokerId === minBrokerId(broker.brokerAddrs)
}

function isSameVersion(a: DataVersion, b: DataVersion | undefined): boolean {
  return (
    b !== undefined &&
    a.stateVersion === b.stateVersion &&
    a.timestamp === b.timestamp &&
    a.counter === b.counter
  )
}

function queueDataOf(brokerName: string, topicConfig: TopicConfig): QueueData {
  const { readQueueNums, writeQueueNums, perm, topicSysFlag } = topicConfig
  return { brokerName, readQueueNums, writeQueueNums, perm, topicSysFlag }
}

function identity({ clusterName, brokerName, brokerId, brokerAddr }: BrokerRegistration) {
  return { clusterName, brokerName, brokerId, brokerAddr }
}
