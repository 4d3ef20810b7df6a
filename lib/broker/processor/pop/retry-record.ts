import { decodeProperties, encodeProperties } from '../../../../codec/message/properties.ts'
import { MessageConst } from '../../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../../codec/message/record-reader.ts'
import {
  encodeRecord,
  planRecord,
  PROPERTIES_LENGTH_MAX,
} from '../../../../codec/message/record.ts'
import { buildExtraInfo } from '../../../../codec/pop-extra-info.ts'

/** What a handle says beside the message's own place. */
export interface RetryHandle {
  readonly ckQueueOffset: number
  readonly popTime: number
  readonly invisibleTime: number
  readonly reviveQid: number
  readonly brokerName: string
}

/**
 * The record of a message out of a retry topic as its consumer is to see it: under the topic that it reads, with a handle
 * that says where it really is. One whose properties leave no room for the handle stays as it is: the client then makes
 * the handle out of the answer's header, by the retry topic. Source: broker.processor.PopMessageProcessor#popMsgFromQueue
 */
export function recodeRetryRecord(record: Buffer, topic: string, handle: RetryHandle): Buffer {
  const message = decodeRecord(record)
  const { queueId, queueOffset } = message
  const properties = decodeProperties(message.properties)
  if (!properties.has(MessageConst.PROPERTY_POP_CK)) {
    const place = { topic: message.topic, queueId, msgQueueOffset: queueOffset }
    properties.set(MessageConst.PROPERTY_POP_CK, buildExtraInfo({ ...handle, ...place }))
  }
  const seen = { ...message, topic, properties: encodeProperties(properties) }
  const plan = planRecord(seen, false)
  if (plan.propertiesLength > PROPERTIES_LENGTH_MAX) return record
  const recoded = Buffer.allocUnsafe(plan.size)
  encodeRecord(recoded, 0, seen, plan, message)
  return recoded
}
