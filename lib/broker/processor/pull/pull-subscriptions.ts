import type { SubscriptionData } from '../../../../codec/body/subscription-data.ts'
import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RequestSource } from '../../../../codec/request-source.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { INDEX_PERM_READ } from '../../../common/perm-name.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { MessageFilter } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import { isTagType } from '../../filter/expression-type.ts'
import { SUB_ALL, buildSubscriptionData } from '../../filter/filter-api.ts'
import type { ConsumerFilterManager } from '../../filter/consumer-filter-manager.ts'
import { messageFilterOf } from '../../filter/message-filters.ts'
import { RetryTopicMessageFilter } from '../../filter/retry-topic-message-filter.ts'
import type { SubscriptionGroupConfig } from '../../subscription/subscription-group-config.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'
import { FAQ_SUGGESTION } from '../faq.ts'
import { ForbiddenType, PullRefused } from './pull-refused.ts'
import { hasSubscriptionFlag } from './pull-sys-flag.ts'

export interface PullSubscriptionsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enablePropertyFilter' | 'filterSupportRetry'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'isForbidden'>
  readonly consumerFilterManager: Pick<ConsumerFilterManager, 'get'>
  readonly consumerManager: Pick<ConsumerManager, 'compensation' | 'getConsumerGroupInfo'>
}

/** Filters kept of subscriptions that came with pulls. */
const MAX_CACHED_FILTERS = 1024

/**
 * What a pull wants to read: the subscription that it names itself or the one of its group's heartbeats, as a filter
 * (undefined: every message). Filters are made once for each subscription.
 *
 * Apache: broker.processor.PullMessageProcessor#processRequest, from the subscription to the message filter
 */
export class PullSubscriptions {
  readonly #deps: PullSubscriptionsDeps
  readonly #ofTags = new WeakMap<SubscriptionData, { readonly filter: MessageFilter | undefined }>()
  readonly #ofRequests = new Map<string, MessageFilter | undefined>()

  constructor(deps: PullSubscriptionsDeps) {
    this.#deps = deps
  }

  /** @throws PullRefused */
  filterOf(
    header: PullMessageRequestHeader,
    groupConfig: SubscriptionGroupConfig,
  ): MessageFilter | undefined {
    if (hasSubscriptionFlag(header.sysFlag)) {
      const filter = this.#filterOfRequest(header)
      this.#compensate(header)
      return isTagType(header.expressionType) ? filter : this.#withRetry(header, filter)
    }
    const subscription = this.#subscriptionOfGroup(header, groupConfig)
    if (isTagType(subscription.expressionType)) return this.#filterOfTags(subscription)
    return this.#withRetry(header, this.#filterOfExpression(header, subscription))
  }

  #compensate(header: PullMessageRequestHeader): void {
    const { consumerGroup, topic, subscription, expressionType, requestSource } = header
    const isStream = requestSource === RequestSource.PROXY_FOR_STREAM
    const consumeType = isStream ? 'CONSUME_ACTIVELY' : 'CONSUME_PASSIVELY'
    const { compensation } = this.#deps.consumerManager
    compensation.compensateSubscribeData(
      consumerGroup,
      consumeType,
      topic,
      subscription,
      expressionType,
    )
  }

  /** Messages of a retry topic are judged by the topic from which they come, where that is wanted. */
  #withRetry(
    { topic, consumerGroup }: PullMessageRequestHeader,
    filter: MessageFilter | undefined,
  ): MessageFilter | undefined {
    if (!this.#deps.brokerConfig.filterSupportRetry || !isRetryTopic(topic)) return filter
    const filterOf = (realTopic: string) => {
      return this.#deps.consumerFilterManager.get(realTopic, consumerGroup)?.filter
    }
    return new RetryTopicMessageFilter(filterOf, filter)
  }

  #filterOfRequest(header: PullMessageRequestHeader): MessageFilter | undefined {
    const { topic, subscription = '', expressionType } = header
    const isTag = isTagType(expressionType)
    if (isTag && (subscription === '' || subscription === SUB_ALL)) return undefined
    const key = `${isTag ? '' : expressionType} ${subscription}`
    if (!this.#ofRequests.has(key)) {
      const make = () => messageFilterOf(buildSubscriptionData(topic, subscription, expressionType))
      const filter = orRefuse(make)
      if (this.#ofRequests.size >= MAX_CACHED_FILTERS) this.#ofRequests.clear()
      this.#ofRequests.set(key, filter)
    }
    if (!isTag) this.#checkPropertyFilter(expressionType)
    return this.#ofRequests.get(key)
  }

  #filterOfTags(subscription: SubscriptionData): MessageFilter | undefined {
    let made = this.#ofTags.get(subscription)
    if (made === undefined) {
      made = { filter: messageFilterOf(subscription) }
      this.#ofTags.set(subscription, made)
    }
    return made.filter
  }

  #filterOfExpression(
    { topic, consumerGroup, subVersion }: PullMessageRequestHeader,
    { expressionType, classFilterMode }: SubscriptionData,
  ): MessageFilter | undefined {
    const data = this.#deps.consumerFilterManager.get(topic, consumerGroup)
    if (data === undefined) throw new PullRefused(...NO_FILTER_DATA)
    if (data.clientVersion < subVersion) throw new PullRefused(...FILTER_DATA_NOT_LATEST)
    this.#checkPropertyFilter(expressionType)
    return classFilterMode ? undefined : data.filter
  }

  #subscriptionOfGroup(
    header: PullMessageRequestHeader,
    groupConfig: SubscriptionGroupConfig,
  ): SubscriptionData {
    const { consumerGroup, topic } = header
    const info = this.#deps.consumerManager.getConsumerGroupInfo(consumerGroup)
    if (info === undefined) {
      throw new PullRefused(
        ResponseCode.SUBSCRIPTION_NOT_EXIST,
        `the consumer's group info not exist${FAQ_SUGGESTION}`,
      )
    }
    if (!groupConfig.consumeBroadcastEnable && info.messageModel === 'BROADCASTING') {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `the consumer group[${consumerGroup}] can not consume by broadcast way`,
        ForbiddenType.BROADCASTING_DISABLE_FORBIDDEN,
      )
    }
    if (
      this.#deps.subscriptionGroupManager.isForbidden(groupConfig.groupName, topic, INDEX_PERM_READ)
    ) {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `the consumer group[${consumerGroup}] is forbidden for topic[${topic}]`,
        ForbiddenType.SUBSCRIPTION_FORBIDDEN,
      )
    }
    const subscription = info.findSubscriptionData(topic)
    if (subscription === undefined) {
      throw new PullRefused(
        ResponseCode.SUBSCRIPTION_NOT_EXIST,
        `the consumer's subscription not exist${FAQ_SUGGESTION}`,
      )
    }
    if (subscription.subVersion < header.subVersion) {
      throw new PullRefused(
        ResponseCode.SUBSCRIPTION_NOT_LATEST,
        "the consumer's subscription not latest",
      )
    }
    return subscription
  }

  #checkPropertyFilter(expressionType: string): void {
    if (this.#deps.brokerConfig.enablePropertyFilter) return
    throw new PullRefused(
      ResponseCode.SYSTEM_ERROR,
      `The broker does not support consumer to filter message by ${expressionType}`,
    )
  }
}

const NO_FILTER_DATA = [
  ResponseCode.FILTER_DATA_NOT_EXIST,
  "The broker's consumer filter data is not exist!Your expression may be wrong!",
] as const
const FILTER_DATA_NOT_LATEST = [
  ResponseCode.FILTER_DATA_NOT_LATEST,
  "the consumer's consumer filter data not latest",
] as const

function orRefuse<T>(make: () => T): T {
  try {
    return make()
  } catch {
    throw new PullRefused(
      ResponseCode.SUBSCRIPTION_PARSE_FAILED,
      "parse the consumer's subscription failed",
    )
  }
}
