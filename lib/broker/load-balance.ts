import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import { ProcessorGroup, type RequestDispatcher } from '../remoting/index.ts'
import type { ConsumerManager } from './client/consumer-manager.ts'
import { MessageRequestModeManager } from './loadbalance/message-request-mode-manager.ts'
import {
  TopicRouteInfoManager,
  type TopicRouteInfoManagerDeps,
} from './loadbalance/topic-route-info-manager.ts'
import { QueryAssignmentProcessor } from './processor/query-assignment-processor.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'

export interface LoadBalanceDeps {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: MessageStoreConfig
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerManager: ConsumerManager
  readonly getTopicRouteInfo: TopicRouteInfoManagerDeps['getTopicRouteInfo']
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/**
 * All that shares out queues among consumers that leave it to the broker. A part of the composition of a broker.
 */
export class LoadBalance implements Service {
  readonly messageRequestModeManager: MessageRequestModeManager
  readonly topicRouteInfoManager: TopicRouteInfoManager
  readonly #deps: LoadBalanceDeps

  constructor(deps: LoadBalanceDeps) {
    this.#deps = deps
    this.messageRequestModeManager = new MessageRequestModeManager(deps)
    this.topicRouteInfoManager = new TopicRouteInfoManager(deps)
  }

  /** Reads the message request modes. */
  load(): void {
    this.messageRequestModeManager.load()
  }

  start(): Promise<void> {
    return this.topicRouteInfoManager.start()
  }

  stop(): Promise<void> {
    return this.topicRouteInfoManager.stop()
  }

  registerProcessors(dispatcher: RequestDispatcher): void {
    const { brokerConfig, topicConfigManager, subscriptionGroupManager, consumerManager } =
      this.#deps
    const group = new ProcessorGroup({
      name: 'LoadBalanceProcessor',
      queueCapacity: brokerConfig.loadBalanceThreadPoolQueueCapacity,
    })
    const processor = new QueryAssignmentProcessor({
      brokerConfig,
      topicConfigManager,
      subscriptionGroupManager,
      consumerManager,
      routes: this.topicRouteInfoManager,
      modes: this.messageRequestModeManager,
    })
    for (const code of QueryAssignmentProcessor.requestCodes) {
      dispatcher.registerProcessor(code, processor, group)
    }
  }
}
