import type { SendMessageRequestHeader } from '../../../../codec/header/send-message.ts'
import { MqVersion } from '../../../../codec/mq-version.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { PERM_READ_WRITE } from '../../../common/perm-name.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { SubscriptionGroupConfig } from '../../subscription/subscription-group-config.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import { getDLQTopic, parseGroup } from '../../topic/topic-names.ts'
import { FAQ_SUGGESTION } from '../faq.ts'

/** Queues of a group's dead letter topic. Source: AbstractSendMessageProcessor#DLQ_NUMS_PER_GROUP */
const DLQ_NUMS_PER_GROUP = 1

export interface RetryOrDeadLetterDeps {
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  /** Who knows which queues are locked by orderly consumers. Apache: RebalanceLockManager */
  readonly rebalanceLockManager: { isLockAllExpired(group: string): boolean }
}

/**
 * The dead letter topic for a message that was sent to a retry topic too often, or whose group consumes in order;
 * undefined while the message may be tried again.
 *
 * @throws RemotingError SUBSCRIPTION_GROUP_NOT_EXIST
 * Source: broker.processor.SendMessageProcessor#handleRetryAndDLQ
 */
export function deadLetterTopicOfSend(
  deps: RetryOrDeadLetterDeps,
  header: SendMessageRequestHeader,
  version: number,
): string | undefined {
  const group = parseGroup(header.topic)
  const config = requireGroup(deps.subscriptionGroupManager, group)
  const isOrdered = !deps.rebalanceLockManager.isLockAllExpired(group)
  const maxReconsumeTimes = maxReconsumeTimesOf(config, header.maxReconsumeTimes, version)
  if (!isOrdered && (header.reconsumeTimes ?? 0) <= maxReconsumeTimes) return undefined
  return createDeadLetterTopic(deps.topicConfigManager, group)
}

/** A group's dead letter topic, made when it is missing. */
export function createDeadLetterTopic(manager: TopicConfigManager, group: string): string {
  const topic = getDLQTopic(group)
  manager.createTopicInSendMessageBackMethod(topic, DLQ_NUMS_PER_GROUP, PERM_READ_WRITE, 0)
  return topic
}

/** @throws RemotingError SUBSCRIPTION_GROUP_NOT_EXIST when the group is not there and may not be made */
export function requireGroup(
  manager: SubscriptionGroupManager,
  group: string,
): SubscriptionGroupConfig {
  const config = manager.findSubscriptionGroupConfig(group)
  if (config !== undefined) return config
  throw new RemotingError(
    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
    `subscription group not exist, ${group} ${FAQ_SUGGESTION}`,
  )
}

/** Clients since 3.4.9 bring their own limit. */
export function maxReconsumeTimesOf(
  config: SubscriptionGroupConfig,
  requested: number | undefined,
  version: number,
): number {
  return version >= MqVersion.V3_4_9 && requested !== undefined ? requested : config.retryMaxTimes
}
