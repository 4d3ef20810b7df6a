import { RequestCode } from '../../codec/request-code.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/logger.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { LiteConfig } from '../config/lite-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import {
  type Channel,
  type ChannelEventListener,
  ProcessorGroup,
  type RequestDispatcher,
} from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { Broker2Client } from './client/broker2client.ts'
import { LiteConsumerLagCalculator } from './lite/lite-consumer-lag-calculator.ts'
import { LiteEventDispatcher } from './lite/lite-event-dispatcher.ts'
import { LiteLifecycleManager } from './lite/lite-lifecycle-manager.ts'
import { LiteMetadata } from './lite/lite-metadata.ts'
import { LiteOffsetReset } from './lite/lite-offset-reset.ts'
import { LiteSharding } from './lite/lite-sharding.ts'
import { LiteSubscriptionRegistry } from './lite/lite-subscription-registry.ts'
import { isLiteTopicQueue } from './lite/lite-topic-names.ts'
import { MemoryConsumerOrderInfoManager } from './lite/memory-consumer-order-info-manager.ts'
import type { TopicRouteInfoManager } from './loadbalance/topic-route-info-manager.ts'
import { PopLiteLongPollingService } from './longpolling/pop-lite-long-polling-service.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import { QueueLockManager } from './pop/queue-lock-manager.ts'
import { LiteManagerProcessor } from './processor/admin/lite-manager-processor.ts'
import { LiteSubscriptionCtlProcessor } from './processor/lite-subscription-ctl-processor.ts'
import { LiteAcks } from './processor/lite/lite-acks.ts'
import { LitePopChecks } from './processor/lite/lite-pop-checks.ts'
import { LiteTopicReader } from './processor/lite/lite-topic-reader.ts'
import { PopLiteMessageProcessor } from './processor/pop-lite-message-processor.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'

export interface LiteConsumptionDeps {
  readonly brokerConfig: BrokerConfig
  readonly liteConfig: LiteConfig
  readonly storeConfig: MessageStoreConfig
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
  /** At least 0, less than 1. */
  readonly random: () => number
}

/**
 * All that serves lite topics, which are new in Apache 5.5.0: subscriptions, what is noted for clients, pops, and the end of lite topics.
 * A part of the composition of a broker; it is started after the store and the consumer offsets.
 */
export class LiteConsumption implements Service, ChannelEventListener {
  readonly lifecycle: LiteLifecycleManager
  readonly acks: LiteAcks
  readonly #deps: LiteConsumptionDeps
  readonly #metadata: LiteMetadata
  readonly #orderInfo: MemoryConsumerOrderInfoManager
  readonly #registry: LiteSubscriptionRegistry
  readonly #dispatcher: LiteEventDispatcher
  readonly #lags: LiteConsumerLagCalculator
  readonly #longPolling: PopLiteLongPollingService
  readonly #popProcessor: PopLiteMessageProcessor

  constructor(deps: LiteConsumptionDeps) {
    this.#deps = deps
    const metadata = (this.#metadata = new LiteMetadata(deps))
    const orderInfo = (this.#orderInfo = new MemoryConsumerOrderInfoManager({
      ...deps,
      onLockFree: (topic, group) => this.#dispatcher.dispatchIfBehind(group, topic),
    }))
    const registry = (this.#registry = this.#newRegistry())
    this.#longPolling = new PopLiteLongPollingService({
      ...deps,
      wakeup: (held) => this.#popProcessor.executeRequestWhenWakeup(held),
      defer: (callback) => void setImmediate(callback),
    })
    const dispatcher = (this.#dispatcher = new LiteEventDispatcher({
      ...{ ...deps, metadata, registry },
      wake: (clientId) => this.#longPolling.notify(clientId),
    }))
    registry.addListener(dispatcher)
    this.lifecycle = new LiteLifecycleManager({ ...deps, metadata, registry, orderInfo })
    this.#lags = new LiteConsumerLagCalculator(deps)
    const { lifecycle } = this
    this.acks = new LiteAcks({ ...deps, metadata, lifecycle, orderInfo, dispatcher })
    this.#popProcessor = this.#newPopProcessor()
    deps.messageStore.addMessageArrivingListener(({ topic }) => {
      if (isLiteTopicQueue(topic)) dispatcher.dispatch(undefined, topic)
    })
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  async stop(): Promise<void> {
    this.#orderInfo.shutdown()
    await stopAll(this.#services)
  }

  onChannelClose(channel: Channel): void {
    this.#longPolling.onChannelClose(channel)
  }

  /** `routes` tells which broker of the cluster has a lite topic. */
  registerProcessors(
    dispatcher: RequestDispatcher,
    routes: Pick<TopicRouteInfoManager, 'tryToFindTopicPublishInfo'>,
  ): void {
    const { brokerConfig } = this.#deps
    const { brokerName } = brokerConfig
    const pops = new ProcessorGroup({
      name: 'PopLiteMessage',
      queueCapacity: brokerConfig.pullThreadPoolQueueCapacity,
      longPolling: true,
    })
    dispatcher.registerProcessor(RequestCode.POP_LITE_MESSAGE, this.#popProcessor, pops)
    const parts = {
      ...this.#deps,
      ...{ brokerName, sharding: new LiteSharding({ routes, brokerName }) },
      ...{ metadata: this.#metadata, registry: this.#registry, orderInfo: this.#orderInfo },
      ...{ dispatcher: this.#dispatcher, lifecycle: this.lifecycle, lags: this.#lags },
    }
    const subscriptions = new LiteSubscriptionCtlProcessor(parts)
    dispatcher.registerProcessor(RequestCode.LITE_SUBSCRIPTION_CTL, subscriptions)
    const admin = new ProcessorGroup({
      name: 'LiteManager',
      queueCapacity: brokerConfig.adminBrokerThreadPoolQueueCapacity,
    })
    const manager = new LiteManagerProcessor(parts)
    for (const code of LiteManagerProcessor.requestCodes) {
      dispatcher.registerProcessor(code, manager, admin)
    }
  }

  #newRegistry(): LiteSubscriptionRegistry {
    const broker2Client = new Broker2Client()
    return new LiteSubscriptionRegistry({
      ...this.#deps,
      metadata: this.#metadata,
      offsetReset: new LiteOffsetReset({ ...this.#deps, orderInfo: this.#orderInfo }),
      notifyUnsubscribeLite: (channel, header) =>
        broker2Client.notifyUnsubscribeLite(channel, header),
    })
  }

  #newPopProcessor(): PopLiteMessageProcessor {
    const dispatcher = this.#dispatcher
    return new PopLiteMessageProcessor({
      ...{ ...this.#deps, dispatcher, lags: this.#lags, longPolling: this.#longPolling },
      checks: new LitePopChecks(this.#deps),
      reader: new LiteTopicReader({
        ...{ ...this.#deps, dispatcher, orderInfo: this.#orderInfo },
        locks: new QueueLockManager(),
      }),
    })
  }

  get #services(): readonly Service[] {
    return [this.#longPolling, this.#registry, this.#dispatcher, this.lifecycle]
  }
}
