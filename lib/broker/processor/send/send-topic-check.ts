import type { SendMessageRequestHeader } from '../../../../codec/header/send-message.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { isWriteable, PERM_READ_WRITE } from '../../../common/perm-name.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError } from '../../../remoting/index.ts'
import { FAQ_SUGGESTION } from '../faq.ts'
import {
  buildTopicSysFlag,
  topicConfigToString,
  type TopicConfig,
} from '../../topic/topic-config.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'
import { isNotAllowedSendTopic, validateTopic } from '../../topic/topic-validator.ts'

export interface SendTopicCheckDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerPermission' | 'brokerIP1'>
  readonly topicConfigManager: TopicConfigManager
}

/**
 * Whether a message may go to its topic and queue. Makes the topic when it is missing and may be made.
 *
 * @throws RemotingError as Apache refuses, in Apache's order of checks
 * Source: broker.processor.AbstractSendMessageProcessor#msgCheck
 */
export function checkSendTopic(
  { brokerConfig, topicConfigManager }: SendTopicCheckDeps,
  header: SendMessageRequestHeader,
  channel: Channel,
): TopicConfig {
  const { topic } = header
  if (!isWriteable(brokerConfig.brokerPermission) && topicConfigManager.isOrderTopic(topic)) {
    throw sendingForbidden(brokerConfig.brokerIP1 ?? channel.localHost.address)
  }
  checkTopicName(topic)
  const topicConfig =
    topicConfigManager.selectTopicConfig(topic) ?? createTopic(topicConfigManager, header, channel)
  checkQueueId(topicConfig, header.queueId, channel)
  return topicConfig
}

/** Source: the remark of SendMessageProcessor and of CONSUMER_SEND_MSG_BACK */
export function sendingForbidden(brokerIp: string): RemotingError {
  const remark = `the broker[${brokerIp}] sending message is forbidden`
  return new RemotingError(ResponseCode.NO_PERMISSION, remark)
}

function checkTopicName(topic: string): void {
  const refusal = validateTopic(topic)
  if (refusal !== undefined) throw new RemotingError(ResponseCode.INVALID_PARAMETER, refusal)
  if (isNotAllowedSendTopic(topic)) {
    const remark = `Sending message to topic[${topic}] is forbidden.`
    throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
  }
}

function createTopic(
  topicConfigManager: TopicConfigManager,
  header: SendMessageRequestHeader,
  channel: Channel,
): TopicConfig {
  const { topic } = header
  const isRetry = isRetryTopic(topic)
  const topicSysFlag = header.unitMode === true ? buildTopicSysFlag(!isRetry, isRetry) : 0
  const created = topicConfigManager.createTopicInSendMessageMethod({
    topic,
    defaultTopic: header.defaultTopic,
    remoteAddress: channel.remoteHost.toString(),
    clientDefaultTopicQueueNums: header.defaultTopicQueueNums,
    topicSysFlag,
  })
  if (created !== undefined) return created
  if (isRetry) {
    return topicConfigManager.createTopicInSendMessageBackMethod(
      topic,
      1,
      PERM_READ_WRITE,
      topicSysFlag,
    )
  }
  throw new RemotingError(
    ResponseCode.TOPIC_NOT_EXIST,
    `topic[${topic}] not exist, apply first please!${FAQ_SUGGESTION}`,
  )
}

function checkQueueId(topicConfig: TopicConfig, queueId: number, channel: Channel): void {
  if (queueId < Math.max(topicConfig.writeQueueNums, topicConfig.readQueueNums)) return
  throw new RemotingError(
    ResponseCode.INVALID_PARAMETER,
    `request queueId[${queueId}] is illegal, ${topicConfigToString(topicConfig)} ` +
      `Producer: ${channel.remoteHost.toString()}`,
  )
}
