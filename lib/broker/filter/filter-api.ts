import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import { javaHashCode } from '../../../codec/java.ts'
import { ExpressionType, isTagType } from './expression-type.ts'

/** Subscribes to all messages of a topic. Source: remoting.protocol.heartbeat.SubscriptionData#SUB_ALL */
export const SUB_ALL = '*'

/**
 * The subscription that a request names by its text.
 * @throws Error when the text names nothing
 * Source: remoting.protocol.filter.FilterAPI#build
 */
export function buildSubscriptionData(
  topic: string,
  subString: string | undefined,
  type: string | undefined,
): SubscriptionData {
  if (isTagType(type)) return buildTagSubscription(topic, subString)
  if (subString === undefined || subString === '')
    throw new Error(`Expression can't be null! ${type}`)
  return newSubscription(topic, subString, type, [])
}

function buildTagSubscription(topic: string, subString: string | undefined): SubscriptionData {
  if (subString === undefined || subString === '' || subString === SUB_ALL) {
    return newSubscription(topic, SUB_ALL, ExpressionType.TAG, [])
  }
  const parts = subString.split('||')
  if (parts.every((part) => part === '')) throw new Error('subString split error')
  const tags = parts.map((part) => part.trim()).filter((tag) => tag !== '')
  return newSubscription(topic, subString, ExpressionType.TAG, tags)
}

function newSubscription(
  topic: string,
  subString: string,
  expressionType: string,
  tags: string[],
): SubscriptionData {
  return {
    classFilterMode: false,
    codeSet: [...new Set(tags.map(javaHashCode))],
    expressionType,
    subString,
    subVersion: 0,
    tagsSet: [...new Set(tags)],
    topic,
  }
}
