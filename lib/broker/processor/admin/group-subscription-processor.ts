import {
  GroupForbidden,
  QuerySubscriptionResponseBody,
} from '../../../../codec/body/query-consumer.ts'
import { TopicList } from '../../../../codec/body/topic-list.ts'
import {
  QuerySubscriptionByConsumerRequestHeader,
  QueryTopicsByConsumerRequestHeader,
} from '../../../../codec/header/query-by-consumer.ts'
import { UpdateGroupForbiddenRequestHeader } from '../../../../codec/header/update-group-forbidden.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import { INDEX_PERM_READ } from '../../../common/perm-name.ts'
import type { Channel, RequestProcessor } from '../../../remoting/index.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'

export interface GroupSubscriptionDeps {
  readonly subscriptionGroupManager: Pick<
    SubscriptionGroupManager,
    'isForbidden' | 'updateForbidden'
  >
  readonly consumerManager: Pick<ConsumerManager, 'findSubscriptionData'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'whichTopicByConsumer'>
  /** The broker's address as the client of a connection knows it. */
  readonly brokerAddr: (channel: Channel) => string
  readonly logger: Logger
}

/**
 * What a group consumes, and what it may not: QUERY_TOPICS_BY_CONSUMER, QUERY_SUBSCRIPTION_BY_CONSUMER and
 * UPDATE_AND_GET_GROUP_FORBIDDEN.
 *
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class GroupSubscriptionProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.QUERY_TOPICS_BY_CONSUMER,
    RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER,
    RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN,
  ]

  readonly #deps: GroupSubscriptionDeps

  constructor(deps: GroupSubscriptionDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    switch (request.code) {
      case RequestCode.QUERY_TOPICS_BY_CONSUMER:
        return this.#queryTopics(request, channel)
      case RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER:
        return this.#querySubscription(request)
      default:
        return this.#updateAndGetForbidden(request, channel)
    }
  }

  #queryTopics(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { group } = QueryTopicsByConsumerRequestHeader.decode(request.extFields)
    const topicList = this.#deps.consumerOffsetManager.whichTopicByConsumer(group)
    return success(TopicList.encode({ brokerAddr: this.#deps.brokerAddr(channel), topicList }))
  }

  #querySubscription(request: RemotingCommand): RemotingCommand {
    const { group, topic } = QuerySubscriptionByConsumerRequestHeader.decode(request.extFields)
    const subscriptionData = this.#deps.consumerManager.findSubscriptionData(group, topic ?? '')
    const body: QuerySubscriptionResponseBody = { group }
    if (topic !== undefined) body.topic = topic
    if (subscriptionData !== undefined) body.subscriptionData = subscriptionData
    return success(QuerySubscriptionResponseBody.encode(body))
  }

  #updateAndGetForbidden(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { subscriptionGroupManager, logger } = this.#deps
    const header = UpdateGroupForbiddenRequestHeader.decode(request.extFields)
    const { group, topic, readable: wanted } = header
    const caller = channel.remoteHost.toString()
    logger.info({ group, topic, readable: wanted, caller }, 'update and get group forbidden')
    if (wanted !== undefined)
      subscriptionGroupManager.updateForbidden(group, topic, INDEX_PERM_READ, !wanted)
    const readable = !subscriptionGroupManager.isForbidden(group, topic, INDEX_PERM_READ)
    return success(GroupForbidden.encode({ group, topic, readable }), '')
  }
}

function success(body: Buffer, remark?: string): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, remark, undefined, body)
}
