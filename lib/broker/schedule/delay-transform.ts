import { CodecError } from '../../../codec/errors.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { SystemTopic } from '../topic/topic-validator.ts'

/** 0 when the message has none. @throws CodecError when it is not a number */
export function getDelayTimeLevel(properties: ReadonlyMap<string, string>): number {
  const text = properties.get(MessageConst.PROPERTY_DELAY_TIME_LEVEL)
  if (text === undefined) return 0
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text)
  throw new CodecError(`For input string: "${text.slice(0, 40)}"`)
}

/** The queue of SCHEDULE_TOPIC_XXXX that holds the messages of a level. */
export function delayLevel2QueueId(level: number): number {
  return level - 1
}

/**
 * Sends a message with a delay level on its detour: it is stored in SCHEDULE_TOPIC_XXXX, in the queue of its level, with
 * its own topic and queue in its properties. `properties` are all of the message's.
 *
 * Source: broker.util.HookUtils#transformDelayLevelMessage
 */
export function transformDelayLevelMessage(
  message: MessageExtBrokerInner,
  properties: Map<string, string>,
  level: number,
): void {
  properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, String(level))
  properties.set(MessageConst.PROPERTY_REAL_TOPIC, message.topic)
  properties.set(MessageConst.PROPERTY_REAL_QUEUE_ID, String(message.queueId))
  message.properties = encodeProperties(properties)
  message.topic = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
  message.queueId = delayLevel2QueueId(level)
}
