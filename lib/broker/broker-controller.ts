import { CodecError } from '../../codec/errors.ts'
import { Host } from '../../codec/message/host.ts'
import { UniqIdGenerator } from '../../codec/message/message-id.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { type Clock, startOfLocalMonth } from '../common/clock.ts'
import { DelayLevels } from '../common/delay-levels.ts'
import type { FileSystem } from '../common/file-system.ts'
import { hostAndPort, localAddresses, selectLocalAddress } from '../common/local-address.ts'
import type { Logger } from '../common/logger.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Configs } from '../config/load.ts'
import type { BROKER_TABLES } from '../config/tables.ts'
import {
  type Channel,
  ProcessorGroup,
  RemotingServer,
  type RemotingServerOptions,
  RequestDispatcher,
  type RequestProcessor,
} from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { Broker2Client } from './client/broker2client.ts'
import { registerConsumerAdministration } from './consumer-administration.ts'
import { Consumption } from './consumption.ts'
import { LoadBalance } from './load-balance.ts'
import { MessageCounters } from './metrics/message-counters.ts'
import { RuntimeInfo } from './metrics/runtime-info.ts'
import { ThroughputService } from './metrics/throughput-service.ts'
import { BrokerAddress } from './out/broker-address.ts'
import { BrokerOuterApi } from './out/broker-outer-api.ts'
import { BrokerAdminProcessor } from './processor/admin/broker-admin-processor.ts'
import { SubscriptionGroupAdminProcessor } from './processor/admin/subscription-group-admin-processor.ts'
import { TopicAdminProcessor } from './processor/admin/topic-admin-processor.ts'
import { ConsumerSendMsgBackProcessor } from './processor/consumer-send-msg-back-processor.ts'
import { ReplyMessageProcessor } from './processor/reply-message-processor.ts'
import { SendMessageProcessor } from './processor/send-message-processor.ts'
import { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import { TopicConfigManager } from './topic/topic-config-manager.ts'
import { Transactions } from './transactions.ts'
import { VipServer } from './vip-server.ts'

export interface BrokerControllerDeps {
  readonly configs: Configs<typeof BROKER_TABLES>
  readonly configuration: Configuration
  /** Not started yet: it lives and ends with the broker. */
  readonly messageStore: MessageStore
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly processId: number
}

const SEND_CODES = [
  RequestCode.SEND_MESSAGE,
  RequestCode.SEND_MESSAGE_V2,
  RequestCode.SEND_BATCH_MESSAGE,
]

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
  readonly loadBalance: LoadBalance
  readonly scheduleMessageService: ScheduleMessageService
  readonly transactions: Transactions
  readonly brokerOuterApi: BrokerOuterApi
  readonly #deps: BrokerControllerDeps
  readonly #delayLevels: DelayLevels
  readonly #counters = new MessageCounters()
  readonly #throughput: ThroughputService
  readonly #runtimeInfo: RuntimeInfo
  readonly #uniqIds: UniqIdGenerator
  readonly #machineAddress: string
  readonly #dispatcher: RequestDispatcher
  readonly #server: RemotingServer
  readonly #vipServer: VipServer
  #configuredIp: string | undefined
  #configuredHost: Host | undefined

  constructor(deps: BrokerControllerDeps) {
    const { configs, messageStore, clock, fileSystem, logger, processId } = deps
    const { broker: brokerConfig, store: storeConfig } = configs
    const shared = { brokerConfig, storeConfig, messageStore, clock, fileSystem, logger }
    this.#deps = deps
    this.#machineAddress = selectLocalAddress(localAddresses(fileSystem))
    this.#uniqIds = new UniqIdGenerator(Host.of(this.#machineAddress, 0).ip, processId, clock.now())
    this.#delayLevels = new DelayLevels(storeConfig.messageDelayLevel)
    this.topicConfigManager = new TopicConfigManager(shared)
    this.subscriptionGroupManager = new SubscriptionGroupManager(shared)
    this.consumption = new Consumption({
      ...shared,
      store: messageStore,
      topics: this.topicConfigManager,
      groups: this.subscriptionGroupManager,
      counters: this.#counters,
    })
    this.scheduleMessageService = new ScheduleMessageService({
      ...shared,
      delayLevels: this.#delayLevels,
    })
    this.transactions = new Transactions({
      ...shared,
      topicConfigManager: this.topicConfigManager,
      consumerOffsetManager: this.consumption.offsets,
      producers: this.consumption.producers,
      delayLevels: this.#delayLevels,
      counters: this.#counters,
      brokerHost: () => this.#brokerHost(),
    })
    this.#throughput = new ThroughputService(this.#counters, clock)
    this.#runtimeInfo = new RuntimeInfo({
      ...shared,
      counters: this.#counters,
      throughput: this.#throughput,
      scheduleMessageService: this.scheduleMessageService,
    })
    this.#dispatcher = new RequestDispatcher(logger)
    const serverOptions = this.#serverOptions()
    this.#server = new RemotingServer(serverOptions)
    this.#vipServer = new VipServer(serverOptions)
    this.brokerOuterApi = this.#createOuterApi()
    this.loadBalance = new LoadBalance({
      ...shared,
      topics: this.topicConfigManager,
      groups: this.subscriptionGroupManager,
      consumers: this.consumption.consumers,
      getTopicRouteInfo: (topic) => this.brokerOuterApi.getTopicRouteInfoFromNameServer(topic),
    })
    this.#registerProcessors()
  }

  /** Where the broker listens, with the real port. Only after `start`. */
  get address(): Host {
    return this.#server.address
  }

  /** Resolves when the broker serves its clients and the name servers have heard of it, or cannot be reached. */
  async start(): Promise<void> {
    this.topicConfigManager.load()
    this.subscriptionGroupManager.load()
    this.consumption.load()
    this.scheduleMessageService.load()
    this.transactions.load()
    this.loadBalance.load()
    await startAll(this.#services)
  }

  async stop(): Promise<void> {
    await stopAll(this.#services)
  }

  get #services(): readonly Service[] {
    return [
      this.#deps.messageStore,
      this.consumption,
      this.scheduleMessageService,
      this.transactions,
      this.#throughput,
      this.#server,
      this.#vipServer,
      this.brokerOuterApi,
      this.loadBalance,
    ]
  }

  #serverOptions(): RemotingServerOptions {
    const { configs, clock, logger } = this.#deps
    return {
      config: configs.server,
      dispatcher: this.#dispatcher,
      clock,
      logger,
      listener: this.consumption,
    }
  }

  #createOuterApi(): BrokerOuterApi {
    const { configs, clock, logger } = this.#deps
    return new BrokerOuterApi({
      config: configs.broker,
      clientConfig: configs.client,
      address: new BrokerAddress({
        config: configs.broker,
        listenAddress: () => this.address,
        haListenPort: () => configs.store.haListenPort || this.address.port + 1,
        machineAddress: () => this.#machineAddress,
      }),
      topicConfigManager: this.topicConfigManager,
      clock,
      logger,
    })
  }

  #registerProcessors(): void {
    const { broker } = this.#deps.configs
    const sends = newGroup('SendMessage', broker.sendThreadPoolQueueCapacity)
    const admin = newGroup('AdminBroker', broker.adminBrokerThreadPoolQueueCapacity)
    this.#register(SEND_CODES, this.#newSendMessageProcessor(), sends)
    this.#register(
      [RequestCode.CONSUMER_SEND_MSG_BACK],
      this.#newConsumerSendMsgBackProcessor(),
      sends,
    )
    const replies = newGroup('ReplyMessage', broker.replyThreadPoolQueueCapacity)
    this.#register(ReplyMessageProcessor.requestCodes, this.#newReplyMessageProcessor(), replies)
    this.consumption.registerProcessors(this.#dispatcher)
    this.transactions.registerProcessors(this.#dispatcher)
    this.loadBalance.registerProcessors(this.#dispatcher)
    this.#register(TopicAdminProcessor.requestCodes, this.#newTopicAdminProcessor(), admin)
    this.#register(
      SubscriptionGroupAdminProcessor.requestCodes,
      this.#newSubscriptionGroupAdminProcessor(),
      admin,
    )
    this.#register(BrokerAdminProcessor.requestCodes, this.#newBrokerAdminProcessor(), admin)
    this.#registerConsumerAdministration(admin)
  }

  #registerConsumerAdministration(group: ProcessorGroup): void {
    const { configs, messageStore, clock, logger } = this.#deps
    registerConsumerAdministration(this.#dispatcher, group, {
      brokerConfig: configs.broker,
      store: messageStore,
      topics: this.topicConfigManager,
      groups: this.subscriptionGroupManager,
      consumers: this.consumption.consumers,
      offsets: this.consumption.offsets,
      scheduleMessageService: this.scheduleMessageService,
      messageRequestModeManager: this.loadBalance.messageRequestModeManager,
      brokerAddr: (channel) => this.#brokerAddr(channel),
      clock,
      logger,
    })
  }

  #register(codes: readonly number[], processor: RequestProcessor, group: ProcessorGroup): void {
    for (const code of codes) this.#dispatcher.registerProcessor(code, processor, group)
  }

  #newSendMessageProcessor(): SendMessageProcessor {
    const { configs, messageStore, clock } = this.#deps
    return new SendMessageProcessor({
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      clock,
      messageStore,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      rebalanceLockManager: this.consumption.locks,
      delayLevels: this.#delayLevels,
      transactions: this.transactions.service,
      counters: this.#counters,
      storeHost: (channel) => this.#storeHost(channel),
      createUniqKey: () => this.#createUniqKey(),
      random: Math.random,
      diskUtil: () => this.#runtimeInfo.diskUtil(),
    })
  }

  #newConsumerSendMsgBackProcessor(): ConsumerSendMsgBackProcessor {
    const { configs, messageStore, logger } = this.#deps
    return new ConsumerSendMsgBackProcessor({
      brokerConfig: configs.broker,
      messageStore,
      topicConfigManager: this.topicConfigManager,
      subscriptionGroupManager: this.subscriptionGroupManager,
      delayLevels: this.#delayLevels,
      storeHost: (channel) => this.#storeHost(channel),
      random: Math.random,
      logger,
    })
  }

  #newReplyMessageProcessor(): ReplyMessageProcessor {
    const { configs, messageStore, clock, logger } = this.#deps
    return new ReplyMessageProcessor({
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      topicConfigManager: this.topicConfigManager,
      producers: this.consumption.producers,
      broker2Client: new Broker2Client(),
      messageStore,
      storeHost: (channel) => this.#storeHost(channel),
      random: Math.random,
      clock,
      logger,
    })
  }

  #newTopicAdminProcessor(): TopicAdminProcessor {
    const { configs, messageStore, logger } = this.#deps
    return new TopicAdminProcessor({
      brokerConfig: configs.broker,
      topicConfigManager: this.topicConfigManager,
      consumerOffsetManager: this.consumption.offsets,
      messageStore,
      topicsRegistered: () => this.brokerOuterApi.topicsRegistered(),
      logger,
    })
  }

  #newSubscriptionGroupAdminProcessor(): SubscriptionGroupAdminProcessor {
    return new SubscriptionGroupAdminProcessor({
      subscriptionGroupManager: this.subscriptionGroupManager,
      consumerOffsetManager: this.consumption.offsets,
      logger: this.#deps.logger,
    })
  }

  #newBrokerAdminProcessor(): BrokerAdminProcessor {
    const { configs, configuration, logger } = this.#deps
    return new BrokerAdminProcessor({
      brokerConfig: configs.broker,
      configuration,
      runtimeInfo: this.#runtimeInfo,
      onPermissionChanged: () => {
        this.topicConfigManager.dataVersion.nextVersion()
        void this.brokerOuterApi.registerBrokerAll()
      },
      logger,
    })
  }

  /** The address in offset ids, by which clients look messages up: brokerIP1, or where the client reached us. */
  #storeHost(channel: Channel): Host {
    return this.#addressOfBrokerIP1() ?? channel.localHost
  }

  /** The same for messages that no client has sent. */
  #brokerHost(): Host {
    return this.#addressOfBrokerIP1() ?? Host.of(this.#machineAddress, this.address.port)
  }

  /** undefined when brokerIP1 is not set, or no IP address. */
  #addressOfBrokerIP1(): Host | undefined {
    const { brokerIP1 } = this.#deps.configs.broker
    if (this.#configuredIp !== brokerIP1) {
      this.#configuredIp = brokerIP1
      this.#configuredHost = ipHost(brokerIP1, this.address.port)
    }
    return this.#configuredHost
  }

  /** brokerIP1, which may be a name, or where the client reached us. */
  #brokerAddr({ localHost }: Channel): string {
    return hostAndPort(this.#deps.configs.broker.brokerIP1 || localHost.address, this.address.port)
  }

  #createUniqKey(): string {
    const nowMs = this.#deps.clock.now()
    return this.#uniqIds.create(nowMs, startOfLocalMonth(nowMs))
  }
}

function newGroup(name: string, queueCapacity: number): ProcessorGroup {
  return new ProcessorGroup({ name, queueCapacity })
}

/** undefined when `address` is not an IP address but a name, which a record cannot hold. */
function ipHost(address: string | undefined, port: number): Host | undefined {
  try {
    return address ? Host.of(address, port) : undefined
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}
