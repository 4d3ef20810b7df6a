import type { ClusterInfo } from '../../../codec/body/cluster-info.ts'
import type { DataVersion } from '../../../codec/body/data-version.ts'
import type { QueueData, TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type {
  RegisterBrokerResponseHeader,
  UnRegisterBrokerRequestHeader,
} from '../../../codec/header/register-broker.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { PERM_READ_WRITE, withoutWrite } from '../../common/perm-name.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { Channel } from '../../remoting/index.ts'
import { BatchUnregistrationService } from './batch-unregistration-service.ts'
import type { BrokerAddrInfo } from './broker-addr-info.ts'
import type { BrokerLiveInfo } from './broker-live-table.ts'
import type { BrokerRegistration } from './broker-registrar.ts'
import { BrokerRegistrar } from './broker-registrar.ts'
import { BrokerUnregistrar } from './broker-unregistrar.ts'
import type { BrokerClient } from './min-broker-id-notifier.ts'
import { MinBrokerIdNotifier } from './min-broker-id-notifier.ts'
import type { RouteTables } from './route-tables.ts'
import { TopicRoutePicker } from './topic-route-picker.ts'

interface RouteInfoManagerDeps {
  readonly tables: RouteTables
  readonly config: NamesrvConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly brokerClient: BrokerClient
}

/**
 * Who has which topic, and who is alive: everything that changes the route tables goes through here.
 * Apache: namesrv.routeinfo.RouteInfoManager
 */
export class RouteInfoManager {
  readonly #deps: RouteInfoManagerDeps
  readonly #registrar: BrokerRegistrar
  readonly #unregistration: BatchUnregistrationService
  readonly #picker: TopicRoutePicker
  #scanTimer: Timer | undefined

  constructor(deps: RouteInfoManagerDeps) {
    const { tables, config, clock, logger, brokerClient } = deps
    const notifier = new MinBrokerIdNotifier(brokerClient, config, logger)
    const unregistrar = new BrokerUnregistrar({ tables, logger, notifier })
    this.#deps = deps
    this.#registrar = new BrokerRegistrar({ tables, config, clock, logger, notifier })
    this.#picker = new TopicRoutePicker(tables, config)
    this.#unregistration = new BatchUnregistrationService(
      clock,
      config.unRegisterBrokerQueueCapacity,
      (requests) => unregistrar.unregister(requests),
    )
  }

  start(): void {
    const { clock, config } = this.#deps
    this.#scanTimer ??= clock.setInterval(
      () => this.scanNotActiveBroker(),
      config.scanNotActiveBrokerInterval,
    )
  }

  stop(): void {
    this.#scanTimer?.cancel()
    this.#scanTimer = undefined
    this.#unregistration.stop()
  }

  /** See BrokerRegistrar. What left before comes first, so that a broker that comes straight back stays. */
  registerBroker(registration: BrokerRegistration): RegisterBrokerResponseHeader | undefined {
    this.#unregistration.flush()
    return this.#registrar.registerBroker(registration)
  }

  isBrokerTopicConfigChanged(
    broker: BrokerAddrInfo,
    dataVersion: DataVersion | undefined,
  ): boolean {
    return this.#registrar.isBrokerTopicConfigChanged(broker, dataVersion)
  }

  /** The version of what a broker registered last. */
  queryBrokerTopicConfig(broker: BrokerAddrInfo): DataVersion | undefined {
    return this.#deps.tables.brokerLives.get(broker)?.dataVersion
  }

  updateBrokerInfoUpdateTimestamp(broker: BrokerAddrInfo): void {
    this.#deps.tables.brokerLives.touch(broker, this.#deps.clock.now())
  }

  /** False when too many are waiting already. */
  submitUnRegisterBrokerRequest(request: UnRegisterBrokerRequestHeader): boolean {
    return this.#unregistration.submit(request)
  }

  /** Drops brokers that have been silent for too long. */
  scanNotActiveBroker(): void {
    const { tables, clock, logger } = this.#deps
    for (const broker of tables.brokerLives.expired(clock.now())) {
      const { clusterName, brokerAddr, heartbeatTimeoutMs } = broker
      logger.warn({ clusterName, brokerAddr, heartbeatTimeoutMs }, 'broker channel expired')
      broker.channel.close('the broker has not registered in time')
      this.#dropBroker(broker)
    }
  }

  /** A connection has gone, and the brokers that registered over it with it. */
  onChannelDestroy(channel: Channel): void {
    for (const broker of this.#deps.tables.brokerLives.onChannel(channel)) this.#dropBroker(broker)
  }

  /** A live entry whose address has been taken over by another process has nothing else to be cleaned. */
  #dropBroker({ clusterName, brokerAddr }: BrokerLiveInfo): void {
    const { tables, logger } = this.#deps
    const place = tables.brokerAddrs.find({ clusterName, brokerAddr })
    if (place === undefined) {
      tables.brokerLives.delete({ clusterName, brokerAddr })
      tables.filterServers.delete({ clusterName, brokerAddr })
      return
    }
    const request = { clusterName, brokerAddr, brokerName: place.name, brokerId: place.id }
    const submitted = this.#unregistration.submit(request)
    logger.info({ ...request, submitted }, "broker's channel destroyed")
  }

  /** undefined: nobody has the topic. The caller may change what it gets. */
  pickupTopicRouteData(topic: string): TopicRouteData | undefined {
    return this.#picker.pickupTopicRouteData(topic)
  }

  getAllClusterInfo(): ClusterInfo {
    const { brokerAddrs, clusterAddrs } = this.#deps.tables
    const clusterAddrTable = new Map<string, string[]>()
    for (const [name, brokers] of clusterAddrs.all) clusterAddrTable.set(name, [...brokers])
    return { brokerAddrTable: new Map(brokerAddrs.all), clusterAddrTable }
  }

  getBrokerAddrs(brokerName: string): ReadonlyMap<number, string> | undefined {
    return this.#deps.tables.brokerAddrs.get(brokerName)?.brokerAddrs
  }

  /** Enters queues of a topic; nothing is entered when one of their brokers is unknown. */
  registerTopic(topic: string, queueDatas: readonly QueueData[]): void {
    const { tables, logger } = this.#deps
    const stranger = queueDatas.find(({ brokerName }) => !tables.brokerAddrs.all.has(brokerName))
    if (stranger !== undefined) {
      logger.warn({ topic, brokerName: stranger.brokerName }, 'topic of an unknown broker ignored')
      return
    }
    for (const queues of queueDatas) tables.topicQueues.put(topic, queues)
  }

  /** Forgets a topic, in one cluster or everywhere. */
  deleteTopic(topic: string, clusterName?: string): void {
    const { topicQueues, clusterAddrs } = this.#deps.tables
    if (clusterName === undefined || clusterName === '') {
      topicQueues.delete(topic)
      return
    }
    for (const brokerName of clusterAddrs.brokerNamesOf(clusterName) ?? []) {
      topicQueues.deleteOfBroker(topic, brokerName)
    }
  }

  /** Until the broker registers another topic configuration. Returns the number of its topics. */
  wipeWritePermOfBroker(brokerName: string): number {
    return this.#deps.tables.topicQueues.changePerm(brokerName, withoutWrite)
  }

  /** Until the broker registers another topic configuration. Returns the number of its topics. */
  addWritePermOfBroker(brokerName: string): number {
    return this.#deps.tables.topicQueues.changePerm(brokerName, () => PERM_READ_WRITE)
  }
}
