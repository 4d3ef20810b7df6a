import { LMQ_PREFIX } from '../../common/light-message-queue.ts'

const SEPARATOR = '$'
const LITE_TOPIC_PREFIX = LMQ_PREFIX + SEPARATOR

/**
 * A lite topic is a light message queue: a child of a topic, with no settings of its own and no retry topic.
 * Its queue has the name `%LMQ%$parent$child`; no topic has a `$` in its name. Apache: common.lite.LiteUtil
 */
export interface LiteTopicName {
  readonly parentTopic: string
  readonly liteTopic: string
}

/** The name of a lite topic's queue; undefined when one of the names is empty. */
export function toLmqName(parentTopic: string, liteTopic: string): string | undefined {
  if (parentTopic === '' || liteTopic === '') return undefined
  return LITE_TOPIC_PREFIX + parentTopic + SEPARATOR + liteTopic
}

/** By the beginning of the name only. */
export function isLiteTopicQueue(topic: string): boolean {
  return topic.startsWith(LITE_TOPIC_PREFIX)
}

/** undefined for a name that is not made of just a parent and a child. */
export function parseLmqName(lmqName: string): LiteTopicName | undefined {
  if (!isLiteTopicQueue(lmqName)) return undefined
  const [parentTopic, liteTopic, ...rest] = lmqName.slice(LITE_TOPIC_PREFIX.length).split(SEPARATOR)
  if (!parentTopic || !liteTopic || rest.length > 0) return undefined
  return { parentTopic, liteTopic }
}

export function belongsTo(lmqName: string, parentTopic: string): boolean {
  return lmqName.startsWith(LITE_TOPIC_PREFIX + parentTopic + SEPARATOR)
}
