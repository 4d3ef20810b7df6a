import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { isReadable } from '../../../common/perm-name.ts'
import { isSysConsumerGroupPullMessage } from '../../../common/sys-consumer-group.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel } from '../../../remoting/index.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { SubscriptionGroupConfig } from '../../subscription/subscription-group-config.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'
import { FAQ_SUGGESTION } from '../faq.ts'
import { ForbiddenType, PullRefused } from './pull-refused.ts'

export interface PullChecksDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerIP1' | 'brokerPermission' | 'litePullMessageEnable' | 'rejectPullConsumerEnable'
  >
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
}

/**
 * Whether a pull may be served, as far as broker, group, topic and queue go.
 *
 * Apache: broker.processor.PullMessageProcessor#processRequest, from its beginning to the queue id, in this order
 */
export class PullChecks {
  readonly #deps: PullChecksDeps

  constructor(deps: PullChecksDeps) {
    this.#deps = deps
  }

  /** @throws PullRefused */
  checkBroker(requestCode: number, channel: Channel): void {
    const { brokerConfig } = this.#deps
    const address = () => brokerConfig.brokerIP1 ?? channel.localHost.address
    if (!isReadable(brokerConfig.brokerPermission)) {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `the broker[${address()}] pulling message is forbidden`,
        ForbiddenType.BROKER_FORBIDDEN,
      )
    }
    if (requestCode === RequestCode.LITE_PULL_MESSAGE && !brokerConfig.litePullMessageEnable) {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `the broker[${address()}] for lite pull consumer is forbidden`,
        ForbiddenType.BROKER_FORBIDDEN,
      )
    }
  }

  /** @throws PullRefused */
  checkGroup(group: string): SubscriptionGroupConfig {
    const groupConfig = this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (groupConfig === undefined) {
      throw new PullRefused(
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        `subscription group [${group}] does not exist, ${FAQ_SUGGESTION}`,
      )
    }
    if (!groupConfig.consumeEnable) {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `subscription group no permission, ${group}`,
        ForbiddenType.GROUP_FORBIDDEN,
      )
    }
    return groupConfig
  }

  /** @throws PullRefused */
  checkTopic(topic: string): TopicConfig {
    const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (topicConfig === undefined) {
      throw new PullRefused(
        ResponseCode.TOPIC_NOT_EXIST,
        `topic[${topic}] not exist, apply first please! ${FAQ_SUGGESTION}`,
      )
    }
    if (!isReadable(topicConfig.perm)) {
      throw new PullRefused(
        ResponseCode.NO_PERMISSION,
        `the topic[${topic}] pulling message is forbidden`,
        ForbiddenType.TOPIC_FORBIDDEN,
      )
    }
    return topicConfig
  }

  /** @throws PullRefused */
  checkQueue(
    { topic, queueId }: PullMessageRequestHeader,
    { readQueueNums }: TopicConfig,
    channel: Channel,
  ): void {
    if (queueId >= 0 && queueId < readQueueNums) return
    throw new PullRefused(
      ResponseCode.INVALID_PARAMETER,
      `queueId[${queueId}] is illegal, topic:[${topic}] topicConfig.readQueueNums:[${readQueueNums}]` +
        ` consumer:[/${channel.remoteHost.toString()}]`,
    )
  }

  /** Where pull consumers are rejected, only members of the group may pull. @throws PullRefused */
  checkPullConsumer(group: string, channel: Channel): void {
    if (!this.#deps.brokerConfig.rejectPullConsumerEnable) return
    const info = this.#deps.consumerManager.getConsumerGroupInfo(group)
    if (info !== undefined && info.consumeType !== 'CONSUME_ACTIVELY') return
    const isMember = info?.findChannel(channel) !== undefined
    if (isMember || isSysConsumerGroupPullMessage(group)) return
    throw new PullRefused(
      ResponseCode.SUBSCRIPTION_NOT_EXIST,
      `the consumer's group info not exist, or the pull consumer is rejected by server.${FAQ_SUGGESTION}`,
    )
  }
}
