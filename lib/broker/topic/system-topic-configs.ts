import type { BrokerConfig } from '../../config/broker-config.ts'
import { PERM_READ_WRITE, PermName } from '../../common/perm-name.ts'
import { newTopicConfig, type TopicConfig } from './topic-config.ts'
import { REPLY_TOPIC_POSTFIX } from './topic-names.ts'
import {
  SYNC_BROKER_MEMBER_GROUP_PREFIX,
  SYSTEM_TOPIC_PREFIX,
  SystemTopic,
} from './topic-validator.ts'

/** The options that decide which topics a broker makes for itself, and how. */
export type SystemTopicOptions = Pick<
  BrokerConfig,
  | 'brokerName'
  | 'brokerClusterName'
  | 'autoCreateTopicEnable'
  | 'defaultTopicQueueNums'
  | 'clusterTopicEnable'
  | 'brokerTopicEnable'
  | 'traceTopicEnable'
  | 'msgTraceTopicName'
  | 'reviveQueueNum'
>

const SCHEDULE_TOPIC_QUEUE_NUM = 18
const BENCHMARK_QUEUE_NUM = 1024

/** The topics that a broker has from its first start on. Source: broker.topic.TopicConfigManager#init */
export function systemTopicConfigs(
  settings: SystemTopicOptions,
  timerWheelEnable: boolean,
): TopicConfig[] {
  const { brokerName, brokerClusterName } = settings
  return [
    queues(SystemTopic.RMQ_SYS_SELF_TEST_TOPIC, 1),
    ...(settings.autoCreateTopicEnable ? [autoCreateTopic(settings.defaultTopicQueueNums)] : []),
    queues(SystemTopic.RMQ_SYS_BENCHMARK_TOPIC, BENCHMARK_QUEUE_NUM),
    newTopicConfig(brokerClusterName, { perm: inheritable(settings.clusterTopicEnable) }),
    queues(brokerName, 1, inheritable(settings.brokerTopicEnable)),
    queues(SystemTopic.RMQ_SYS_OFFSET_MOVED_EVENT, 1),
    queues(SystemTopic.RMQ_SYS_SCHEDULE_TOPIC, SCHEDULE_TOPIC_QUEUE_NUM),
    ...(settings.traceTopicEnable ? [queues(settings.msgTraceTopicName, 1)] : []),
    queues(`${brokerClusterName}_${REPLY_TOPIC_POSTFIX}`, 1),
    queues(`${SYSTEM_TOPIC_PREFIX}REVIVE_LOG_${brokerClusterName}`, settings.reviveQueueNum),
    queues(`${SYNC_BROKER_MEMBER_GROUP_PREFIX}${brokerName}`, 1, PermName.PERM_INHERIT),
    queues(SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC, 1),
    queues(SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC, 1),
    ...(timerWheelEnable ? [queues(`${SYSTEM_TOPIC_PREFIX}wheel_timer`, 1)] : []),
  ]
}

function queues(topicName: string, queueNums: number, perm: number = PERM_READ_WRITE): TopicConfig {
  return newTopicConfig(topicName, { readQueueNums: queueNums, writeQueueNums: queueNums, perm })
}

function autoCreateTopic(queueNums: number): TopicConfig {
  return queues(
    SystemTopic.AUTO_CREATE_TOPIC_KEY_TOPIC,
    queueNums,
    PERM_READ_WRITE | PermName.PERM_INHERIT,
  )
}

function inheritable(enabled: boolean): number {
  return enabled ? PERM_READ_WRITE | PermName.PERM_INHERIT : PermName.PERM_INHERIT
}
