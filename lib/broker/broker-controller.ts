import { Host } from '../../codec/message/host.ts'
import { UniqIdGenerator } from '../../codec/message/message-id.ts'
import { startOfLocalMonth } from '../common/clock.ts'
import { localAddresses, selectLocalAddress } from '../common/local-address.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { Configuration } from '../config/configuration.ts'
import {
  LimitedLogger,
  RemotingServer,
  type RemotingServerConfig,
  type RemotingServerOptions,
  RequestDispatcher,
  type Tls,
} from '../remoting/index.ts'
import { AccessControl } from './access-control.ts'
import { registerAdministration } from './administration.ts'
import { LoadBalance } from './load-balance.ts'
import { BrokerMetricsManager } from './metrics/broker-metrics-manager.ts'
import { RuntimeInfo } from './metrics/runtime-info.ts'
import { type BrokerParts, type BrokerPartsDeps, createBrokerParts } from './broker-parts.ts'
import { BrokerAddress } from './out/broker-address.ts'
import { BrokerOuterApi } from './out/broker-outer-api.ts'
import { OwnAddress } from './out/own-address.ts'
import { RemoteQueues } from './out/remote-queues.ts'
import { RpcClient } from './out/rpc-client.ts'
import { Replication } from './replication.ts'
import { registerSending } from './sending.ts'
import { VipServer } from './vip-server.ts'

export interface BrokerControllerDeps extends BrokerPartsDeps {
  readonly configuration: Configuration
  /** undefined: plain connections only. */
  readonly tls?: Tls
  readonly processId: number
}

/**
 * One broker: makes its parts, connects them with each other and with the requests that they serve, starts them in order
 * and stops them in reverse.
 *
 * Apache: broker.BrokerController
 */
export class BrokerController implements Service {
  readonly parts: BrokerParts
  readonly loadBalance: LoadBalance
  readonly replication: Replication
  readonly accessControl: AccessControl
  readonly brokerOuterApi: BrokerOuterApi
  readonly metricsManager: BrokerMetricsManager
  readonly #deps: BrokerControllerDeps
  readonly #runtimeInfo: RuntimeInfo
  readonly #uniqIds: UniqIdGenerator
  readonly #machineAddress: string
  readonly #ownAddress: OwnAddress
  readonly #brokerAddress: BrokerAddress
  readonly #dispatcher: RequestDispatcher
  readonly #server: RemotingServer
  readonly #vipServer: VipServer

  constructor(deps: BrokerControllerDeps) {
    const { configs, clock, fileSystem, logger, processId } = deps
    this.#deps = deps
    this.#machineAddress = selectLocalAddress(localAddresses(fileSystem))
    this.#ownAddress = new OwnAddress({
      config: configs.broker,
      port: () => this.address.port,
      machineAddress: this.#machineAddress,
    })
    this.#uniqIds = new UniqIdGenerator(Host.of(this.#machineAddress, 0).ip, processId, clock.now())
    this.#brokerAddress = new BrokerAddress({
      config: configs.broker,
      listenAddress: () => this.address,
      haListenPort: () => this.#deps.messageStore.haService?.listenPort ?? this.address.port + 1,
      machineAddress: () => this.#machineAddress,
    })
    this.parts = createBrokerParts(deps, {
      brokerHost: () => this.#ownAddress.brokerHost(),
      hasMaster: () => this.replication.minBroker.minBrokerIdInGroup === 0,
      invoke: (address, request) => this.brokerOuterApi.invokeBroker(address, request),
      getTopicRouteInfo: (topic) => this.brokerOuterApi.getTopicRouteInfoFromNameServer(topic),
      remoteQueues: new RemoteQueues(this.#createRpcClient()),
    })
    this.#runtimeInfo = new RuntimeInfo({
      ...this.parts,
      isActive: () => this.replication.specialServices.isRunning,
    })
    this.#dispatcher = new RequestDispatcher(new LimitedLogger(logger, clock))
    this.accessControl = new AccessControl({ ...this.parts, config: configs.auth })
    this.accessControl.registerHooks(this.#dispatcher)
    const serverOptions = this.#serverOptions()
    this.#server = new RemotingServer(serverOptions)
    this.#vipServer = new VipServer(serverOptions)
    this.#deps.configuration.onUpdate(() => {
      for (const server of [this.#server, this.#vipServer]) server.setLimits(this.#serverConfig())
    })
    this.brokerOuterApi = this.#createOuterApi()
    this.loadBalance = new LoadBalance({
      ...this.parts,
      getTopicRouteInfo: (topic) => this.brokerOuterApi.getTopicRouteInfoFromNameServer(topic),
    })
    this.replication = this.#createReplication()
    this.metricsManager = new BrokerMetricsManager({
      ...this.#deps,
      ...this.parts,
      dispatcher: this.#dispatcher,
      brokerOuterApi: this.brokerOuterApi,
      machineAddress: this.#machineAddress,
    })
    this.#registerProcessors()
  }

  /** Where the broker listens, with the real port. Only after `start`. */
  get address(): Host {
    return this.#server.address
  }

  /** Resolves when the broker serves its clients and the name servers have heard of it, or cannot be reached. */
  async start(): Promise<void> {
    const parts = this.parts
    await this.accessControl.load()
    parts.topicConfigManager.load()
    parts.topicQueueMappingManager.load()
    parts.subscriptionGroupManager.load()
    parts.consumption.load()
    parts.popConsumption.load()
    parts.scheduleMessageService.load()
    parts.transactions.load()
    this.loadBalance.load()
    await startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  get #services(): readonly Service[] {
    const { messageStore, timerMessageStore, consumption, liteConsumption, transactions } =
      this.parts
    return [
      this.metricsManager.endpoints,
      messageStore,
      ...(timerMessageStore === undefined ? [] : [timerMessageStore]),
      consumption,
      liteConsumption,
      transactions,
      this.replication,
      this.parts.brokerStatsManager,
      this.parts.brokerStats,
      this.#server,
      this.#vipServer,
      this.brokerOuterApi,
      this.replication.preOnline,
      this.loadBalance,
      this.metricsManager,
    ]
  }

  #serverConfig(): RemotingServerConfig {
    const { server, limits } = this.#deps.configs
    return { ...server, ...limits }
  }

  #serverOptions(): RemotingServerOptions {
    const { tls, clock, logger } = this.#deps
    const { consumption, popConsumption, liteConsumption } = this.parts
    return {
      config: this.#serverConfig(),
      dispatcher: this.#dispatcher,
      tls: tls?.server,
      clock,
      logger,
      listener: {
        onChannelConnect: () => consumption.onChannelConnect(),
        onChannelClose: (channel) => {
          consumption.onChannelClose(channel)
          popConsumption.onChannelClose(channel)
          liteConsumption.onChannelClose(channel)
        },
      },
    }
  }

  #createReplication(): Replication {
    const { scheduleMessageService, timerMessageStore, popConsumption, transactions } = this.parts
    const { consumption } = this.parts
    const { checkService } = transactions
    return new Replication({
      ...this.parts,
      getBrokerMemberGroup: () => this.brokerOuterApi.getBrokerMemberGroup(),
      specialServices: [
        scheduleMessageService,
        popConsumption,
        this.parts.topicQueueMappingCleanService,
      ],
      specialSwitches: [
        async (isOn) => timerMessageStore?.setDequeuing(isOn),
        (isOn) => checkService.setActive(isOn),
      ],
      register: () => this.brokerOuterApi.registerBrokerAll(),
      addressTowards: (peer) => this.brokerOuterApi.addressTowards(peer),
      ownAddress: ({ localHost }) => this.#brokerAddress.towards(localHost),
      onMasterOnline: () => consumption.holdService.notifyMasterOnline(),
      invoke: (address, request) => this.brokerOuterApi.invokeBroker(address, request),
      messageRequestModeManager: this.loadBalance.messageRequestModeManager,
    })
  }

  #createRpcClient(): RpcClient {
    const { configs, clock, logger } = this.#deps
    return new RpcClient({
      getMasterAddresses: () => this.brokerOuterApi.getMasterAddresses(),
      invoke: (address, request) =>
        this.brokerOuterApi.invokeBroker(address, request, configs.broker.forwardTimeout),
      ...{ clock, logger },
    })
  }

  #createOuterApi(): BrokerOuterApi {
    const { configs, tls, clock, logger } = this.#deps
    return new BrokerOuterApi({
      config: configs.broker,
      clientConfig: configs.client,
      tls: tls?.client,
      sign: this.accessControl.sign,
      address: this.#brokerAddress,
      isIsolated: () => this.replication.minBroker.isIsolated,
      ...this.parts,
      onMaster: ({ masterAddr, haServerAddr }) =>
        this.replication.groupMaster.update({ masterAddr, haServerAddr }),
      clock,
      logger,
    })
  }

  #registerProcessors(): void {
    const { consumption, popConsumption, liteConsumption, transactions } = this.parts
    this.#registerSending()
    consumption.registerProcessors(this.#dispatcher, {
      otherAddresses: () => this.replication.brokerMemberGroup.otherAddresses,
      invoke: (address, request, timeoutMs) =>
        this.brokerOuterApi.invokeBroker(address, request, timeoutMs),
    })
    popConsumption.registerProcessors(this.#dispatcher)
    liteConsumption.registerProcessors(this.#dispatcher, this.loadBalance.topicRouteInfoManager)
    transactions.registerProcessors(this.#dispatcher)
    this.replication.registerProcessors(this.#dispatcher)
    this.loadBalance.registerProcessors(this.#dispatcher)
    this.#registerAdministration()
  }

  #registerSending(): void {
    const { consumption, transactions } = this.parts
    registerSending(this.#dispatcher, {
      ...this.parts,
      rebalanceLockManager: consumption.locks,
      transactions: transactions.service,
      storeHost: (channel) => this.#ownAddress.storeHost(channel),
      createUniqKey: () => this.#createUniqKey(),
      random: Math.random,
      diskUtil: () => this.#runtimeInfo.diskUtil(),
    })
  }

  #registerAdministration(): void {
    const { topicConfigManager, consumption, popConsumption } = this.parts
    registerAdministration(this.#dispatcher, {
      ...this.parts,
      authenticationMetadataManager: this.accessControl.authenticationMetadataManager,
      authorizationMetadataManager: this.accessControl.authorizationMetadataManager,
      plainPermissions: this.accessControl.plainPermissions,
      configuration: this.#deps.configuration,
      coldDataCgCtrService: consumption.coldDataCgCtrService,
      popInflightMessageCounter: popConsumption.inflight,
      liteTopics: this.parts.liteConsumption.lifecycle,
      messageRequestModeManager: this.loadBalance.messageRequestModeManager,
      runtimeInfo: this.#runtimeInfo,
      brokerAddr: (channel) => this.#ownAddress.brokerAddr(channel),
      handOver: () => this.replication.minBroker.handOver(),
      topicsRegistered: () => this.brokerOuterApi.topicsRegistered(),
      onPermissionChanged: () => {
        topicConfigManager.dataVersion.nextVersion()
        void this.brokerOuterApi.registerBrokerAll()
      },
    })
  }

  #createUniqKey(): string {
    const nowMs = this.#deps.clock.now()
    return this.#uniqIds.create(nowMs, startOfLocalMonth(nowMs))
  }
}
