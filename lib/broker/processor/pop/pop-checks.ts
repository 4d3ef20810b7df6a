import { ResponseCode } from '../../../../codec/response-code.ts'
import { isReadable } from '../../../common/perm-name.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError } from '../../../remoting/index.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'
import { FAQ_SUGGESTION } from '../faq.ts'

export interface PopChecksDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerIP1' | 'brokerPermission'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
}

/** What a request about one queue of a group names. */
export interface PopTarget {
  readonly consumerGroup: string
  readonly topic: string
  readonly queueId: number
}

/**
 * The checks that the requests of pop consumers have in common, with Apache's codes and remarks.
 * Apache: PopMessageProcessor, NotificationProcessor, PollingInfoProcessor, AckMessageProcessor
 */
export class PopChecks {
  readonly #deps: PopChecksDeps

  constructor(deps: PopChecksDeps) {
    this.#deps = deps
  }

  /** The broker's address, as remarks name it. */
  brokerAddress(channel: Channel): string {
    return this.#deps.brokerConfig.brokerIP1 ?? channel.localHost.address
  }

  /** `what` is the word of the remark: `pop` or `peeking`. @throws RemotingError */
  checkBroker(channel: Channel, what: string): void {
    if (isReadable(this.#deps.brokerConfig.brokerPermission)) return
    const remark = `the broker[${this.brokerAddress(channel)}] ${what} message is forbidden`
    throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
  }

  /** The topic of a request that reads: it must be readable, the queue below its number of queues. @throws RemotingError */
  checkReadable({ topic, queueId }: PopTarget, channel: Channel): TopicConfig {
    const topicConfig = this.#requireTopic(topic)
    if (!isReadable(topicConfig.perm)) {
      const remark = `the topic[${topic}] peeking message is forbidden`
      throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
    }
    if (queueId >= topicConfig.readQueueNums) {
      throw new RemotingError(
        ResponseCode.INVALID_PARAMETER,
        illegalQueue(topicConfig, queueId, channel),
      )
    }
    return topicConfig
  }

  /** The topic of a request about a message that was popped: the queue must exist. @throws RemotingError */
  checkQueue({ topic, queueId }: PopTarget, channel: Channel): void {
    const topicConfig = this.#requireTopic(topic)
    if (queueId >= 0 && queueId < topicConfig.readQueueNums) return
    throw new RemotingError(
      ResponseCode.MESSAGE_ILLEGAL,
      illegalQueue(topicConfig, queueId, channel),
    )
  }

  /** @throws RemotingError */
  checkGroup(group: string): void {
    const groupConfig = this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (groupConfig === undefined) {
      throw new RemotingError(
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        `subscription group [${group}] does not exist, ${FAQ_SUGGESTION}`,
      )
    }
    if (!groupConfig.consumeEnable) {
      const remark = `subscription group no permission, ${group}`
      throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
    }
  }

  #requireTopic(topic: string): TopicConfig {
    const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (topicConfig !== undefined) return topicConfig
    const remark = `topic[${topic}] not exist, apply first please! ${FAQ_SUGGESTION}`
    throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, remark)
  }
}

function illegalQueue(topicConfig: TopicConfig, queueId: number, channel: Channel): string {
  const { topicName, readQueueNums } = topicConfig
  return (
    `queueId[${queueId}] is illegal, topic:[${topicName}] topicConfig.readQueueNums:[${readQueueNums}]` +
    ` consumer:[/${channel.remoteHost.toString()}]`
  )
}
