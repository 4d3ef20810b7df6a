import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ConsumerFilterManager } from '../filter/consumer-filter-manager.ts'
import { isTagType } from '../filter/expression-type.ts'
import { buildSubscriptionData } from '../filter/filter-api.ts'
import { tagMessageFilter } from '../filter/tag-message-filter.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'

export interface LagSubscriptionsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'estimateAccumulation' | 'useStaticSubscription'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'subscriptionGroupTable'>
  readonly consumerManager: Pick<ConsumerManager, 'compensation' | 'getConsumerGroupInfo'>
  readonly consumerFilterManager: Pick<ConsumerFilterManager, 'get'>
}

/**
 * What groups want, as far as their lags go: by their heartbeats, by what their requests name, or with `useStaticSubscription` by
 * their configuration.
 *
 * Apache: broker.metrics.ConsumerLagCalculator#processAllGroup, #calculateMessageCount
 */
export class LagSubscriptions {
  readonly #deps: LagSubscriptionsDeps

  constructor(deps: LagSubscriptionsDeps) {
    this.#deps = deps
  }

  isPop(group: string): boolean {
    const { consumerManager } = this.#deps
    const online = consumerManager.getConsumerGroupInfo(group)?.consumeType
    return (online ?? consumerManager.compensation.getConsumeType(group)) === 'CONSUME_POP'
  }

  topicsOf(group: string): string[] {
    const { brokerConfig, consumerManager } = this.#deps
    if (brokerConfig.useStaticSubscription) {
      return [...new Set(this.#configured(group).map(({ topic }) => topic))]
    }
    const online = consumerManager.getConsumerGroupInfo(group)
    if (online === undefined) return consumerManager.compensation.getSubscribeTopics(group)
    return [...online.subscriptionTable.keys()]
  }

  /** undefined: all messages count. */
  filterOf(group: string, topic: string): MessageFilter | undefined {
    if (!this.#deps.brokerConfig.estimateAccumulation) return undefined
    const subscription = this.#find(group, topic)
    if (subscription === undefined) return undefined
    if (isTagType(subscription.expressionType)) return tagMessageFilter(subscription)
    return this.#deps.consumerFilterManager.get(topic, group)?.filter
  }

  #find(group: string, topic: string): SubscriptionData | undefined {
    const { brokerConfig, consumerManager } = this.#deps
    if (!brokerConfig.useStaticSubscription) {
      const online = consumerManager.getConsumerGroupInfo(group)
      if (online !== undefined) return online.findSubscriptionData(topic)
      return consumerManager.compensation.findSubscriptionData(group, topic)
    }
    const configured = this.#configured(group).find((each) => each.topic === topic)
    if (configured === undefined) return undefined
    try {
      return buildSubscriptionData(topic, configured.expression, configured.expressionType)
    } catch {
      return undefined
    }
  }

  #configured(group: string) {
    const { subscriptionGroupTable } = this.#deps.subscriptionGroupManager
    return subscriptionGroupTable.get(group)?.subscriptionDataSet ?? []
  }
}
