/** Names derived from others. Source: common.MixAll, common.KeyBuilder */
export const RETRY_GROUP_TOPIC_PREFIX = '%RETRY%'
export const DLQ_GROUP_TOPIC_PREFIX = '%DLQ%'
export const REPLY_TOPIC_POSTFIX = 'REPLY_TOPIC'

const POP_RETRY_SEPARATOR_V1 = '_'
const POP_RETRY_SEPARATOR_V2 = '+'

export function getRetryTopic(group: string): string {
  return RETRY_GROUP_TOPIC_PREFIX + group
}

export function getDLQTopic(group: string): string {
  return DLQ_GROUP_TOPIC_PREFIX + group
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_GROUP_TOPIC_PREFIX)
}

/** A group's retry topic of pop consumption for one topic. Source: KeyBuilder#buildPopRetryTopicV1 */
export function buildPopRetryTopicV1(topic: string, group: string): string {
  return `${RETRY_GROUP_TOPIC_PREFIX}${group}${POP_RETRY_SEPARATOR_V1}${topic}`
}

/** Source: KeyBuilder#buildPopRetryTopicV2 */
export function buildPopRetryTopicV2(topic: string, group: string): string {
  return `${RETRY_GROUP_TOPIC_PREFIX}${group}${POP_RETRY_SEPARATOR_V2}${topic}`
}

/** The group whose retry topic this is. Source: KeyBuilder#parseGroup */
export function parseGroup(retryTopic: string): string {
  const rest = retryTopic.slice(RETRY_GROUP_TOPIC_PREFIX.length)
  const separator = rest.indexOf(POP_RETRY_SEPARATOR_V2)
  return separator > 0 ? rest.slice(0, separator) : rest
}

/** Source: KeyBuilder#buildPopRetryTopic */
export function buildPopRetryTopic(topic: string, group: string, enableRetryV2: boolean): string {
  return enableRetryV2 ? buildPopRetryTopicV2(topic, group) : buildPopRetryTopicV1(topic, group)
}

/** The topic whose messages a group retries in `topic`; other topics stay as they are. Source: KeyBuilder#parseNormalTopic */
export function parseNormalTopic(topic: string, group: string): string {
  return isRetryTopic(topic) ? topic.slice(getRetryTopic(group).length + 1) : topic
}
