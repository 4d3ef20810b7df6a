/** Topics that a broker keeps for itself. Source: common.topic.TopicValidator */
export const SystemTopic = {
  /** Carries the pattern for topics that are created by the first send. */
  AUTO_CREATE_TOPIC_KEY_TOPIC: 'TBW102',
  RMQ_SYS_SCHEDULE_TOPIC: 'SCHEDULE_TOPIC_XXXX',
  RMQ_SYS_BENCHMARK_TOPIC: 'BenchmarkTest',
  RMQ_SYS_TRANS_HALF_TOPIC: 'RMQ_SYS_TRANS_HALF_TOPIC',
  RMQ_SYS_TRACE_TOPIC: 'RMQ_SYS_TRACE_TOPIC',
  RMQ_SYS_TRANS_OP_HALF_TOPIC: 'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  RMQ_SYS_TRANS_CHECK_MAX_TIME_TOPIC: 'TRANS_CHECK_MAX_TIME_TOPIC',
  RMQ_SYS_SELF_TEST_TOPIC: 'SELF_TEST_TOPIC',
  RMQ_SYS_OFFSET_MOVED_EVENT: 'OFFSET_MOVED_EVENT',
  RMQ_SYS_ROCKSDB_OFFSET_TOPIC: 'CHECKPOINT_TOPIC',
} as const

export const SYSTEM_TOPIC_PREFIX = 'rmq_sys_'
/** Of a topic that each broker of a group registers, so that its route names them all. */
export const SYNC_BROKER_MEMBER_GROUP_PREFIX = `${SYSTEM_TOPIC_PREFIX}SYNC_BROKER_MEMBER_`
const TOPIC_MAX_LENGTH = 127
/** Source: client.Validators#CHARACTER_MAX_LENGTH */
const GROUP_MAX_LENGTH = 255
const LEGAL_NAME = /^[%|a-zA-Z0-9_-]*$/

/** Every broker's own topics; one broker's cluster, name and reply topics come on top (TopicConfigManager). */
export const SYSTEM_TOPICS: ReadonlySet<string> = new Set(Object.values(SystemTopic))

const NOT_ALLOWED_SEND_TOPICS: ReadonlySet<string> = new Set([
  SystemTopic.RMQ_SYS_SCHEDULE_TOPIC,
  SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC,
  SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC,
  SystemTopic.RMQ_SYS_TRANS_CHECK_MAX_TIME_TOPIC,
  SystemTopic.RMQ_SYS_SELF_TEST_TOPIC,
  SystemTopic.RMQ_SYS_OFFSET_MOVED_EVENT,
])

/**
 * Why a name cannot be a topic's, as the remark to the client; undefined when it can. What passes is safe as a
 * directory name: it holds no dot, slash or NUL.
 */
export function validateTopic(topic: string): string | undefined {
  if (topic.trim() === '') return 'The specified topic is blank.'
  if (isTopicOrGroupIllegal(topic)) {
    return 'The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$'
  }
  if (topic.length > TOPIC_MAX_LENGTH) {
    return 'The specified topic is longer than topic max length.'
  }
  return undefined
}

/** True when a name holds a character that neither topics nor groups may have. */
export function isTopicOrGroupIllegal(name: string): boolean {
  return !LEGAL_NAME.test(name)
}

/** Why a name cannot be a group's, as the remark; undefined when it can. Source: client.Validators#checkGroup */
export function validateGroup(group: string): string | undefined {
  if (group.trim() === '') return 'the specified group is blank'
  if (group.length > GROUP_MAX_LENGTH) {
    return 'the specified group is longer than group max length 255.'
  }
  if (isTopicOrGroupIllegal(group)) {
    return `the specified group[${group}] contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$`
  }
  return undefined
}

/** True when a broker would create the group at its first use. Source: SubscriptionGroupManager */
export function isGroupNameAcceptable(group: string): boolean {
  return group.length <= GROUP_MAX_LENGTH && !isTopicOrGroupIllegal(group)
}

/** True for the topics that only the broker itself writes to. */
export function isNotAllowedSendTopic(topic: string): boolean {
  return NOT_ALLOWED_SEND_TOPICS.has(topic)
}
