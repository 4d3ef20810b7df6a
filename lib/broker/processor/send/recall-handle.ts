import { encodeRecallHandle } from '../../../../codec/message/recall-message-handle.ts'
import { MessageConst } from '../../../../codec/message/property-names.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'
import type { SentProperties } from './sent-properties.ts'

/**
 * By what the producer may recall the message; undefined for one that does not wait for a time of its own. The time is
 * one millisecond after the message's slot, so that an order with this time of delivery comes into the same slot.
 *
 * Source: broker.processor.SendMessageProcessor#attachRecallHandle
 */
export function recallHandleOf(
  { all, uniqKey }: SentProperties,
  brokerName: string,
): string | undefined {
  const outMs = all?.get(MessageConst.PROPERTY_TIMER_OUT_MS)
  const topic = all?.get(MessageConst.PROPERTY_REAL_TOPIC)
  if (outMs === undefined || topic === undefined || isRetryTopic(topic)) return undefined
  const timestampText = String(Number(outMs) + 1)
  return encodeRecallHandle({ topic, brokerName, timestampText, messageId: uniqKey ?? '' })
}
