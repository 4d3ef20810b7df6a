import { RequestCode } from '../../codec/request-code.ts'
import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import { startAll, stopAll } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import type { Channel, ChannelEventListener, RequestDispatcher } from '../remoting/index.ts'
import { ProcessorGroup } from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { Broker2Client } from './client/broker2client.ts'
import { ClientHousekeepingService } from './client/client-housekeeping-service.ts'
import { ClientOffsetReset } from './client/client-offset-reset.ts'
import { ConsumerManager } from './client/consumer-manager.ts'
import { DefaultConsumerIdsChangeListener } from './client/default-consumer-ids-change-listener.ts'
import { ProducerManager } from './client/producer-manager.ts'
import { type Replicas, ReplicaLocks } from './client/replica-locks.ts'
import { RebalanceLockManager } from './client/rebalance-lock-manager.ts'
import { CommitLogDispatcherCalcBitMap } from './filter/commit-log-dispatcher-calc-bit-map.ts'
import { ConsumerFilterManager } from './filter/consumer-filter-manager.ts'
import { ColdDataCgCtrService } from './coldctr/cold-data-cg-ctr-service.ts'
import { ColdDataPullRequestHoldService } from './coldctr/cold-data-pull-request-hold-service.ts'
import { PullRequestHoldService } from './longpolling/pull-request-hold-service.ts'
import { BroadcastOffsetManager } from './offset/broadcast-offset-manager.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import type { RemoteQueues } from './out/remote-queues.ts'
import { createConsumerOffsetManager } from './offset/lmq-consumer-offset-manager.ts'
import { ClientAdminProcessor } from './processor/admin/client-admin-processor.ts'
import { ConsumeStatsProcessor } from './processor/admin/consume-stats-processor.ts'
import { ResetOffsetProcessor } from './processor/admin/reset-offset-processor.ts'
import { ClientManageProcessor } from './processor/client-manage-processor.ts'
import { ConsumerManageProcessor } from './processor/consumer-manage-processor.ts'
import { LockBatchProcessor } from './processor/lock-batch-processor.ts'
import { PullMessageProcessor } from './processor/pull-message-processor.ts'
import { BroadcastPulls } from './processor/pull/broadcast-pulls.ts'
import { ColdPulls } from './processor/pull/cold-pulls.ts'
import { PullChecks } from './processor/pull/pull-checks.ts'
import { PullReader } from './processor/pull/pull-reader.ts'
import { PullSubscriptions } from './processor/pull/pull-subscriptions.ts'
import { QueryMessageProcessor } from './processor/query-message-processor.ts'
import { QueueOffsetProcessor } from './processor/queue-offset-processor.ts'
import { StaticConsumerOffsets } from './processor/statictopic/static-consumer-offsets.ts'
import { StaticPulls } from './processor/statictopic/static-pulls.ts'
import { StaticQueueOffsets } from './processor/statictopic/static-queue-offsets.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from './topic/topic-queue-mapping-manager.ts'

export interface ConsumptionDeps {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: MessageStoreConfig
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly topicQueueMappingManager: TopicQueueMappingManager
  readonly remoteQueues: RemoteQueues
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly brokerStatsManager: BrokerStatsManager
  /** Whether this broker's group has its master. */
  readonly hasMaster: () => boolean
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/**
 * All that serves consumers: the tables of clients, offsets, locks, long polling, and the processors of their requests.
 * A part of the composition of a broker; it is started after the store.
 */
export class Consumption implements Service, ChannelEventListener {
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly producerManager: ProducerManager
  readonly consumerManager: ConsumerManager
  readonly consumerFilterManager: ConsumerFilterManager
  readonly broadcastOffsetManager: BroadcastOffsetManager
  readonly locks: RebalanceLockManager
  readonly holdService: PullRequestHoldService
  readonly coldDataCgCtrService: ColdDataCgCtrService
  readonly #deps: ConsumptionDeps
  readonly #idsChangeListener: DefaultConsumerIdsChangeListener
  readonly #housekeeping: ClientHousekeepingService
  readonly #coldDataPullRequestHoldService: ColdDataPullRequestHoldService
  readonly #pullProcessor: PullMessageProcessor

  constructor(deps: ConsumptionDeps) {
    const { brokerConfig, messageStore, clock, logger } = deps
    this.#deps = deps
    this.consumerOffsetManager = createConsumerOffsetManager(deps)
    this.producerManager = new ProducerManager(clock, brokerConfig, logger)
    this.#idsChangeListener = new DefaultConsumerIdsChangeListener(
      clock,
      brokerConfig,
      new Broker2Client(),
    )
    this.consumerFilterManager = new ConsumerFilterManager(deps)
    this.consumerManager = new ConsumerManager(
      clock,
      brokerConfig,
      [this.#idsChangeListener, this.consumerFilterManager],
      logger,
    )
    const { consumerManager, consumerOffsetManager } = this
    const offsets = { consumerManager, consumerOffsetManager }
    this.broadcastOffsetManager = new BroadcastOffsetManager({ ...deps, ...offsets })
    this.locks = new RebalanceLockManager(clock)
    this.#housekeeping = new ClientHousekeepingService(
      clock,
      this.producerManager,
      this.consumerManager,
      this.locks,
    )
    this.holdService = new PullRequestHoldService({
      clock,
      messageStore,
      defer: (callback) => void setImmediate(callback),
      wakeup: (pull) => this.#pullProcessor.executeRequestWhenWakeup(pull),
    })
    this.coldDataCgCtrService = new ColdDataCgCtrService(deps)
    this.#coldDataPullRequestHoldService = new ColdDataPullRequestHoldService(clock, (pull) =>
      this.#pullProcessor.executeColdPull(pull),
    )
    this.#pullProcessor = this.#newPullProcessor()
    messageStore.addFirstDispatcher(
      new CommitLogDispatcherCalcBitMap(brokerConfig, this.consumerFilterManager),
    )
    messageStore.addMessageArrivingListener((event) =>
      this.holdService.notifyMessageArriving(event),
    )
  }

  /** Reads the consumer offsets and expressions. */
  load(): void {
    this.consumerOffsetManager.load()
    this.consumerFilterManager.load()
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  onChannelConnect(): void {
    this.#deps.brokerStatsManager.incChannelActivity('CONNECT')
  }

  onChannelClose(channel: Channel): void {
    this.#deps.brokerStatsManager.incChannelActivity('CLOSE')
    this.#housekeeping.onChannelClose(channel)
    this.holdService.onChannelClose(channel)
  }

  /** `replicas` are asked about locks. */
  registerProcessors(dispatcher: RequestDispatcher, replicas: Replicas): void {
    const { brokerConfig, storeConfig, messageStore } = this.#deps
    const parts = this.#parts
    const pulls = new ProcessorGroup({
      name: 'PullMessage',
      queueCapacity: brokerConfig.pullThreadPoolQueueCapacity,
      longPolling: true,
    })
    dispatcher.registerProcessor(RequestCode.PULL_MESSAGE, this.#pullProcessor, pulls)
    dispatcher.registerProcessor(RequestCode.LITE_PULL_MESSAGE, this.#pullProcessor, pulls)

    const clientManage = new ClientManageProcessor(parts)
    dispatcher.registerProcessor(RequestCode.HEART_BEAT, clientManage)
    dispatcher.registerProcessor(RequestCode.UNREGISTER_CLIENT, clientManage)
    dispatcher.registerProcessor(RequestCode.CHECK_CLIENT_CONFIG, clientManage)

    const consumerManage = new ConsumerManageProcessor({
      ...parts,
      staticOffsets: new StaticConsumerOffsets(parts),
    })
    dispatcher.registerProcessor(RequestCode.GET_CONSUMER_LIST_BY_GROUP, consumerManage)
    dispatcher.registerProcessor(RequestCode.UPDATE_CONSUMER_OFFSET, consumerManage)
    dispatcher.registerProcessor(RequestCode.QUERY_CONSUMER_OFFSET, consumerManage)

    const { locks } = this
    const lockBatch = new LockBatchProcessor(new ReplicaLocks({ ...parts, locks, replicas }))
    dispatcher.registerProcessor(RequestCode.LOCK_BATCH_MQ, lockBatch)
    dispatcher.registerProcessor(RequestCode.UNLOCK_BATCH_MQ, lockBatch)

    const queueOffset = new QueueOffsetProcessor({
      ...this.#deps,
      staticOffsets: new StaticQueueOffsets(this.#deps),
    })
    dispatcher.registerProcessor(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, queueOffset)
    dispatcher.registerProcessor(RequestCode.GET_MAX_OFFSET, queueOffset)
    dispatcher.registerProcessor(RequestCode.GET_MIN_OFFSET, queueOffset)
    dispatcher.registerProcessor(RequestCode.GET_EARLIEST_MSG_STORETIME, queueOffset)

    const queryMessage = new QueryMessageProcessor(storeConfig, messageStore)
    dispatcher.registerProcessor(RequestCode.QUERY_MESSAGE, queryMessage)
    dispatcher.registerProcessor(RequestCode.VIEW_MESSAGE_BY_ID, queryMessage)
    this.#registerAdminProcessors(dispatcher)
  }

  #registerAdminProcessors(dispatcher: RequestDispatcher): void {
    const parts = this.#parts
    const clientAdmin = new ClientAdminProcessor(this.consumerManager, this.producerManager)
    dispatcher.registerProcessor(RequestCode.GET_CONSUMER_CONNECTION_LIST, clientAdmin)
    dispatcher.registerProcessor(RequestCode.GET_PRODUCER_CONNECTION_LIST, clientAdmin)
    dispatcher.registerProcessor(RequestCode.GET_ALL_PRODUCER_INFO, clientAdmin)

    const stats = new ConsumeStatsProcessor(parts)
    dispatcher.registerProcessor(RequestCode.GET_CONSUME_STATS, stats)
    dispatcher.registerProcessor(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, stats)

    const clients = new ClientOffsetReset(parts)
    const reset = new ResetOffsetProcessor({ ...parts, clients })
    dispatcher.registerProcessor(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, reset)
  }

  #newPullProcessor(): PullMessageProcessor {
    const parts = { ...this.#parts, broadcastOffsetManager: this.broadcastOffsetManager }
    const broadcasts = new BroadcastPulls(parts)
    return new PullMessageProcessor({
      ...parts,
      holdService: this.holdService,
      checks: new PullChecks(parts),
      coldPulls: new ColdPulls({
        ...parts,
        coldDataCgCtrService: this.coldDataCgCtrService,
        coldDataPullRequestHoldService: this.#coldDataPullRequestHoldService,
      }),
      subscriptions: new PullSubscriptions(parts),
      staticPulls: new StaticPulls(parts),
      reader: new PullReader({ ...parts, broadcasts }),
      broadcasts,
    })
  }

  /** What processors choose their collaborators from. */
  get #parts() {
    return {
      ...this.#deps,
      consumerOffsetManager: this.consumerOffsetManager,
      consumerManager: this.consumerManager,
      producerManager: this.producerManager,
      consumerFilterManager: this.consumerFilterManager,
    }
  }

  get #services(): readonly Service[] {
    return [
      this.consumerOffsetManager,
      this.consumerFilterManager,
      this.broadcastOffsetManager,
      this.#idsChangeListener,
      this.#housekeeping,
      this.holdService,
      this.coldDataCgCtrService,
      this.#coldDataPullRequestHoldService,
    ]
  }
}
