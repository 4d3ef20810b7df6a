import { Host } from '../../codec/message/host.ts'
import { UniqIdGenerator } from '../../codec/message/message-id.ts'
import { type Clock, startOfLocalMonth } from '../common/clock.ts'
import { DelayLevels } from '../common/delay-levels.ts'
import type { FileSystem } from '../common/file-system.ts'
import { localAddresses, selectLocalAddress } from '../common/local-address.ts'
import type { Logger } from '../common/logger.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Configs } from '../config/load.ts'
import type { BROKER_TABLES } from '../config/tables.ts'
import { TimerMessageStore } from '../store/timer/timer-message-store.ts'
import {
  RemotingServer,
  type RemotingServerOptions,
  RequestDispatcher,
  type Tls,
} from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { AccessControl } from './access-control.ts'
import { registerAdministration } from './administration.ts'
import { Consumption } from './consumption.ts'
import { LoadBalance } from './load-balance.ts'
import { BrokerMetricsManager } from './metrics/broker-metrics-manager.ts'
import { RuntimeInfo } from './metrics/runtime-info.ts'
import { BrokerAddress } from './out/broker-address.ts'
import { BrokerOuterApi } from './out/broker-outer-api.ts'
import { OwnAddress } from './out/own-address.ts'
import { WheelTimedPuts } from './pop/wheel-timed-puts.ts'
import { PopConsumption } from './pop-consumption.ts'
import { Replication } from './replication.ts'
import { ScheduleHook } from './schedule/schedule-hook.ts'
import { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import { registerSending } from './sending.ts'
import { BrokerStats } from './stats/broker-stats.ts'
import { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import { createSubscriptionGroupManager } from './subscription/lmq-subscription-group-manager.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
import { Transactions } from './transactions.ts'
import { VipServer } from './vip-server.ts'

export interface BrokerControllerDeps {
  readonly configs: Configs<typeof BROKER_TABLES>
  readonly configuration: Configuration
  /** undefined: plain connections only. */
  readonly tls?: Tls
  readonly topicConfigManager: TopicConfigManager
  /** Not started yet: it lives and ends with the broker. */
  readonly messageStore: MessageStore
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly processId: number
}

/**
 * One broker: makes its parts, connects them with each other and with the requests that they serve, starts them in order
 * and stops them in reverse.
 *
 * Apache: broker.BrokerController
 */
export class BrokerController implements Service {
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumption: Consumption
  readonly popConsumption: PopConsumption
  readonly loadBalance: LoadBalance
  readonly scheduleMessageService: ScheduleMessageService
  readonly timerMessageStore: TimerMessageStore
  /** Puts messages that may ask for a delay. */
  readonly scheduleHook: ScheduleHook
  readonly transactions: Transactions
  readonly replication: Replication
  readonly accessControl: AccessControl
  readonly brokerOuterApi: BrokerOuterApi
  readonly metricsManager: BrokerMetricsManager
  readonly #deps: BrokerControllerDeps
  readonly #delayLevels: DelayLevels
  readonly brokerStatsManager: BrokerStatsManager
  readonly #brokerStats: BrokerStats
  readonly #runtimeInfo: RuntimeInfo
  readonly #uniqIds: UniqIdGenerator
  readonly #machineAddress: string
  readonly #ownAddress: OwnAddress
  readonly #dispatcher: RequestDispatcher
  readonly #server: RemotingServer
  readonly #vipServer: VipServer

  constructor(deps: BrokerControllerDeps) {
    const { configs, messageStore, clock, fileSystem, logger, processId } = deps
    const { broker: brokerConfig, store: storeConfig } = configs
    this.#deps = deps
    this.brokerStatsManager = new BrokerStatsManager({
      brokerConfig,
      clock,
      isSystemTopic: (topic) => this.topicConfigManager.isSystemTopic(topic),
    })
    this.#brokerStats = new BrokerStats(this.brokerStatsManager, clock)
    const shared = {
      ...{ brokerConfig, storeConfig, messageStore, clock, fileSystem, logger },
      brokerStatsManager: this.brokerStatsManager,
    }
    this.#machineAddress = selectLocalAddress(localAddresses(fileSystem))
    this.#ownAddress = this.#createOwnAddress()
    this.#uniqIds = new UniqIdGenerator(Host.of(this.#machineAddress, 0).ip, processId, clock.now())
    this.#delayLevels = new DelayLevels(storeConfig.messageDelayLevel)
    this.topicConfigManager = deps.topicConfigManager
    this.subscriptionGroupManager = createSubscriptionGroupManager(shared)
    this.consumption = new Consumption({
      ...shared,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
    })
    this.scheduleMessageService = new ScheduleMessageService({
      ...shared,
      delayLevels: this.#delayLevels,
    })
    this.timerMessageStore = this.#createTimerMessageStore()
    this.scheduleHook = new ScheduleHook({
      ...shared,
      delayLevels: this.#delayLevels,
      timerMessageStore: this.timerMessageStore,
    })
    this.transactions = new Transactions({
      ...shared,
      scheduleHook: this.scheduleHook,
      topicConfigManager: this.topicConfigManager,
      consumerOffsetManager: this.consumption.consumerOffsetManager,
      producerManager: this.consumption.producerManager,
      brokerHost: () => this.#ownAddress.brokerHost(),
    })
    this.popConsumption = this.#createPopConsumption()
    this.#runtimeInfo = new RuntimeInfo({
      ...shared,
      brokerStats: this.#brokerStats,
      scheduleMessageService: this.scheduleMessageService,
      timerMessageStore: this.#runningTimers,
    })
    this.#dispatcher = new RequestDispatcher(logger)
    this.accessControl = new AccessControl({ ...shared, config: configs.auth })
    this.accessControl.registerHooks(this.#dispatcher)
    const serverOptions = this.#serverOptions()
    this.#server = new RemotingServer(serverOptions)
    this.#vipServer = new VipServer(serverOptions)
    this.brokerOuterApi = this.#createOuterApi()
    this.loadBalance = this.#createLoadBalance()
    this.replication = this.#createReplication()
    this.metricsManager = this.#createMetricsManager()
    this.#registerProcessors()
  }

  /** Where the broker listens, with the real port. Only after `start`. */
  get address(): Host {
    return this.#server.address
  }

  /** Resolves when the broker serves its clients and the name servers have heard of it, or cannot be reached. */
  async start(): Promise<void> {
    this.accessControl.load()
    this.topicConfigManager.load()
    this.subscriptionGroupManager.load()
    this.consumption.load()
    this.popConsumption.load()
    this.scheduleMessageService.load()
    this.transactions.load()
    this.loadBalance.load()
    await startAll(this.#services)
    this.metricsManager.setServing(true)
  }

  async stop(): Promise<void> {
    this.metricsManager.setServing(false)
    await stopAll(this.#services)
  }

  get #services(): readonly Service[] {
    return [
      this.metricsManager.endpoints,
      this.#deps.messageStore,
      ...(this.#runningTimers === undefined ? [] : [this.#runningTimers]),
      this.consumption,
      this.replication,
      this.transactions,
      this.brokerStatsManager,
      this.#brokerStats,
      this.#server,
      this.#vipServer,
      this.brokerOuterApi,
      this.loadBalance,
    ]
  }

  /** undefined without a timer wheel. */
  get #runningTimers(): TimerMessageStore | undefined {
    return this.#deps.configs.store.timerWheelEnable ? this.timerMessageStore : undefined
  }

  #serverOptions(): RemotingServerOptions {
    const { configs, tls, clock, logger } = this.#deps
    return {
      config: configs.server,
      dispatcher: this.#dispatcher,
      tls: tls?.server,
      clock,
      logger,
      listener: {
        onChannelConnect: () => this.consumption.onChannelConnect(),
        onChannelClose: (channel) => {
          this.consumption.onChannelClose(channel)
          this.popConsumption.onChannelClose(channel)
        },
      },
    }
  }

  #createTimerMessageStore(): TimerMessageStore {
    return new TimerMessageStore({
      ...this.#deps,
      config: this.#deps.configs.store,
      random: Math.random,
      onPut: (topic, bytes) => {
        this.brokerStatsManager.puts.incTopicPut(topic, 1, bytes)
        this.brokerStatsManager.messages.incTimerDequeue(topic)
      },
      onEnqueue: (topic) => this.brokerStatsManager.messages.incTimerEnqueue(topic),
    })
  }

  #createPopConsumption(): PopConsumption {
    const { configs, ...deps } = this.#deps
    return new PopConsumption({
      ...deps,
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumerOffsetManager: this.consumption.consumerOffsetManager,
      timedPuts: new WheelTimedPuts(this.scheduleHook, this.timerMessageStore),
      brokerStatsManager: this.brokerStatsManager,
      brokerHost: () => this.#ownAddress.brokerHost(),
      random: Math.random,
    })
  }

  #createLoadBalance(): LoadBalance {
    const { configs, ...deps } = this.#deps
    return new LoadBalance({
      ...deps,
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumerManager: this.consumption.consumerManager,
      getTopicRouteInfo: (topic) => this.brokerOuterApi.getTopicRouteInfoFromNameServer(topic),
    })
  }

  #createOwnAddress(): OwnAddress {
    return new OwnAddress({
      config: this.#deps.configs.broker,
      port: () => this.address.port,
      machineAddress: this.#machineAddress,
    })
  }

  #createReplication(): Replication {
    const { configs, ...deps } = this.#deps
    return new Replication({
      ...deps,
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      getBrokerMemberGroup: () => this.brokerOuterApi.getBrokerMemberGroup(),
      specialServices: [this.scheduleMessageService, this.popConsumption],
      invoke: (address, request) => this.brokerOuterApi.invokeBroker(address, request),
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumerOffsetManager: this.consumption.consumerOffsetManager,
      scheduleMessageService: this.scheduleMessageService,
      messageRequestModeManager: this.loadBalance.messageRequestModeManager,
      timerMessageStore: this.#runningTimers,
    })
  }

  #createMetricsManager(): BrokerMetricsManager {
    return new BrokerMetricsManager({
      ...this.#deps,
      dispatcher: this.#dispatcher,
      timerMessageStore: this.#runningTimers,
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumption: this.consumption,
      popConsumption: this.popConsumption,
      transactions: this.transactions,
      brokerStatsManager: this.brokerStatsManager,
      brokerOuterApi: this.brokerOuterApi,
      machineAddress: this.#machineAddress,
    })
  }

  #createOuterApi(): BrokerOuterApi {
    const { configs, tls, clock, logger } = this.#deps
    return new BrokerOuterApi({
      config: configs.broker,
      clientConfig: configs.client,
      tls: tls?.client,
      sign: this.accessControl.sign,
      address: new BrokerAddress({
        config: configs.broker,
        listenAddress: () => this.address,
        haListenPort: () => this.#deps.messageStore.haService?.listenPort ?? this.address.port + 1,
        machineAddress: () => this.#machineAddress,
      }),
      topicConfigManager: this.topicConfigManager,
      onMaster: ({ masterAddr, haServerAddr }) =>
        this.replication.groupMaster.update({ masterAddr, haServerAddr }),
      clock,
      logger,
    })
  }

  #registerProcessors(): void {
    this.#registerSending()
    this.consumption.registerProcessors(this.#dispatcher)
    this.popConsumption.registerProcessors(this.#dispatcher)
    this.transactions.registerProcessors(this.#dispatcher)
    this.replication.registerProcessors(this.#dispatcher)
    this.loadBalance.registerProcessors(this.#dispatcher)
    this.#registerAdministration()
  }

  #registerSending(): void {
    const { configs, messageStore, clock, logger } = this.#deps
    registerSending(this.#dispatcher, {
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      messageStore,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      rebalanceLockManager: this.consumption.locks,
      producerManager: this.consumption.producerManager,
      scheduleHook: this.scheduleHook,
      transactions: this.transactions.service,
      brokerStatsManager: this.brokerStatsManager,
      storeHost: (channel) => this.#ownAddress.storeHost(channel),
      createUniqKey: () => this.#createUniqKey(),
      random: Math.random,
      diskUtil: () => this.#runtimeInfo.diskUtil(),
      clock,
      logger,
    })
  }

  #registerAdministration(): void {
    const { configs, configuration, messageStore, clock, logger } = this.#deps
    registerAdministration(this.#dispatcher, {
      brokerConfig: configs.broker,
      authenticationMetadataManager: this.accessControl.authenticationMetadataManager,
      authorizationMetadataManager: this.accessControl.authorizationMetadataManager,
      configuration,
      messageStore,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumerOffsetManager: this.consumption.consumerOffsetManager,
      consumerManager: this.consumption.consumerManager,
      scheduleMessageService: this.scheduleMessageService,
      popInflightMessageCounter: this.popConsumption.inflight,
      messageRequestModeManager: this.loadBalance.messageRequestModeManager,
      brokerStatsManager: this.brokerStatsManager,
      timerMessageStore: this.#runningTimers,
      runtimeInfo: this.#runtimeInfo,
      brokerAddr: (channel) => this.#ownAddress.brokerAddr(channel),
      topicsRegistered: () => this.brokerOuterApi.topicsRegistered(),
      onPermissionChanged: () => {
        this.topicConfigManager.dataVersion.nextVersion()
        void this.brokerOuterApi.registerBrokerAll()
      },
      clock,
      logger,
    })
  }

  #createUniqKey(): string {
    const nowMs = this.#deps.clock.now()
    return this.#uniqIds.create(nowMs, startOfLocalMonth(nowMs))
  }
}
