import type { PopMessageRequestHeader } from '../../../../codec/header/pop-message.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { MessageFilter } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import { ExpressionType, isTagType } from '../../filter/expression-type.ts'
import { buildSubscriptionData, SUB_ALL } from '../../filter/filter-api.ts'
import { messageFilterOf } from '../../filter/message-filters.ts'
import { buildPopRetryTopic } from '../../topic/topic-names.ts'

export interface PopSubscriptionsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableRetryTopicV2'>
  readonly consumerManager: Pick<ConsumerManager, 'compensation'>
}

/** Filters kept. */
const MAX_CACHED_FILTERS = 1024

/**
 * What pops want, as they name it themselves. It is noted for tools; its filters are made once each.
 *
 * Apache: broker.processor.PopMessageProcessor#processRequest, the subscriptions in it
 */
export class PopSubscriptions {
  readonly #deps: PopSubscriptionsDeps
  readonly #filters = new Map<string, MessageFilter | undefined>()

  constructor(deps: PopSubscriptionsDeps) {
    this.#deps = deps
  }

  /** undefined: every message. @throws RemotingError when the expression cannot be used */
  filterOf(header: PopMessageRequestHeader): MessageFilter | undefined {
    const { topic, consumerGroup: group, exp = '', expType } = header
    const isNamed = exp !== ''
    const expression = isNamed ? exp : SUB_ALL
    const type = isNamed ? expType : ExpressionType.TAG
    const filter = this.#filterOf(topic, expression, type)
    const { compensation } = this.#deps.consumerManager
    const retryTopic = buildPopRetryTopic(topic, group, this.#deps.brokerConfig.enableRetryTopicV2)
    compensation.compensateSubscribeData(group, 'CONSUME_POP', topic, expression, type)
    compensation.compensateSubscribeData(group, 'CONSUME_POP', retryTopic, SUB_ALL, type)
    return filter
  }

  #filterOf(topic: string, exp: string, expType: string | undefined): MessageFilter | undefined {
    if (exp === SUB_ALL && isTagType(expType)) return undefined
    const key = `${isTagType(expType) ? '' : expType} ${exp}`
    if (!this.#filters.has(key)) {
      if (this.#filters.size >= MAX_CACHED_FILTERS) this.#filters.clear()
      this.#filters.set(key, makeFilter(topic, exp, expType))
    }
    return this.#filters.get(key)
  }
}

function makeFilter(
  topic: string,
  exp: string,
  expType: string | undefined,
): MessageFilter | undefined {
  try {
    return messageFilterOf(buildSubscriptionData(topic, exp, expType))
  } catch {
    const remark = "parse the consumer's subscription failed"
    throw new RemotingError(ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark)
  }
}
