import { GetConsumerListByGroupResponseBody } from '../../../codec/body/consumer-list.ts'
import { GetConsumerListByGroupRequestHeader } from '../../../codec/header/get-consumer-list-by-group.ts'
import {
  QueryConsumerOffsetRequestHeader,
  QueryConsumerOffsetResponseHeader,
} from '../../../codec/header/query-consumer-offset.ts'
import { UpdateConsumerOffsetRequestHeader } from '../../../codec/header/update-consumer-offset.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type {
  TopicQueueMappingContext,
  TopicQueueMappingManager,
} from '../topic/topic-queue-mapping-manager.ts'
import { isPhysical, type StaticConsumerOffsets } from './statictopic/static-consumer-offsets.ts'

export interface ConsumerManageDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'useServerSideResetOffset'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'containsTopic'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'containsSubscriptionGroup'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly staticOffsets: StaticConsumerOffsets
  readonly messageStore: Pick<MessageStore, 'checkInMemByConsumeOffset' | 'getMinOffsetInQueue'>
}

/**
 * GET_CONSUMER_LIST_BY_GROUP, UPDATE_CONSUMER_OFFSET and QUERY_CONSUMER_OFFSET.
 * Apache: broker.processor.ConsumerManageProcessor
 */
export class ConsumerManageProcessor implements RequestProcessor {
  readonly #deps: ConsumerManageDeps

  constructor(deps: ConsumerManageDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    const { extFields } = request
    switch (request.code) {
      case RequestCode.GET_CONSUMER_LIST_BY_GROUP:
        return this.#getConsumerListByGroup(request)
      case RequestCode.UPDATE_CONSUMER_OFFSET:
        return this.#updateConsumerOffset(UpdateConsumerOffsetRequestHeader.decode(extFields))
      default:
        return this.#queryConsumerOffset(QueryConsumerOffsetRequestHeader.decode(extFields))
    }
  }

  #getConsumerListByGroup(request: RemotingCommand): RemotingCommand {
    const { consumerGroup } = GetConsumerListByGroupRequestHeader.decode(request.extFields)
    const consumerIdList = this.#deps.consumerManager
      .getConsumerGroupInfo(consumerGroup)
      ?.getAllClientId()
    if (consumerIdList === undefined) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `no consumer for this group, ${consumerGroup}`,
      )
    }
    const body = GetConsumerListByGroupResponseBody.encode({ consumerIdList })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #updateConsumerOffset(
    header: UpdateConsumerOffsetRequestHeader,
  ): RemotingCommand | Promise<RemotingCommand> {
    const context = this.#deps.topicQueueMappingManager.buildTopicQueueMappingContext(header)
    return context === undefined
      ? this.#commitOffset(header)
      : this.#updateStaticOffset(context, header)
  }

  async #updateStaticOffset(
    context: TopicQueueMappingContext,
    header: UpdateConsumerOffsetRequestHeader,
  ): Promise<RemotingCommand> {
    const { consumerGroup, commitOffset } = header
    const place = await this.#deps.staticOffsets.place(context, consumerGroup, commitOffset)
    if (place !== undefined) return this.#commitOffset({ ...header, ...place })
    return RemotingCommand.response(ResponseCode.SUCCESS, '')
  }

  #commitOffset(header: UpdateConsumerOffsetRequestHeader): RemotingCommand {
    const { brokerConfig, topicConfigManager, subscriptionGroupManager, consumerOffsetManager } =
      this.#deps
    const { consumerGroup: group, topic, queueId, commitOffset } = header
    if (!subscriptionGroupManager.containsSubscriptionGroup(group)) {
      throw new RemotingError(
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        `Group ${group} not exist!`,
      )
    }
    if (!topicConfigManager.containsTopic(topic)) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `Topic ${topic} not exist!`)
    }
    if (
      brokerConfig.useServerSideResetOffset &&
      consumerOffsetManager.hasOffsetReset(topic, group, queueId)
    ) {
      return RemotingCommand.response(ResponseCode.SUCCESS, 'Offset has been previously reset')
    }
    consumerOffsetManager.commitOffset(group, topic, queueId, commitOffset)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #queryConsumerOffset(
    header: QueryConsumerOffsetRequestHeader,
  ): RemotingCommand | Promise<RemotingCommand> {
    const { topicQueueMappingManager, staticOffsets } = this.#deps
    const context = topicQueueMappingManager.buildTopicQueueMappingContext(header)
    if (context === undefined) return this.#queryOffset(header)
    if (isPhysical(context)) {
      return this.#queryOffset({ ...header, queueId: context.leaderItem.queueId })
    }
    return staticOffsets.query(context, header.consumerGroup).then(offsetResponse)
  }

  /**
   * A group that has stored nothing begins at 0 only where nothing is lost by it: the queue has never been cleaned and
   * its first message is still in memory. Otherwise the client decides by its consumeFromWhere.
   */
  #queryOffset(header: QueryConsumerOffsetRequestHeader): RemotingCommand {
    const { consumerOffsetManager, messageStore } = this.#deps
    const { consumerGroup, topic, queueId, setZeroIfNotFound } = header
    const offset = consumerOffsetManager.queryOffset(consumerGroup, topic, queueId)
    if (offset >= 0) return offsetResponse(offset)
    if (setZeroIfNotFound === false) {
      throw new RemotingError(
        ResponseCode.QUERY_NOT_FOUND,
        'Not found, do not set to zero, maybe this group boot first',
      )
    }
    const isNeverCleaned = messageStore.getMinOffsetInQueue(topic, queueId) <= 0
    if (isNeverCleaned && messageStore.checkInMemByConsumeOffset(topic, queueId, 0))
      return offsetResponse(0)
    throw new RemotingError(
      ResponseCode.QUERY_NOT_FOUND,
      'Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first',
    )
  }
}

function offsetResponse(offset: number): RemotingCommand {
  const fields = QueryConsumerOffsetResponseHeader.encode({ offset })
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, fields)
}
