import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { PROPERTIES_LENGTH_MAX, type RecordPlan } from '../../../codec/message/record.ts'
import { hasFlag, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import type { MessageStoreConfig } from '../config.ts'
import { PutMessageStatus, type CQType, type PutMessageResult } from '../types.ts'

const TOPIC_MAX_LENGTH = 127
const RETRY_TOPIC_MAX_LENGTH = 255
const RETRY_PREFIX = '%RETRY%'
/** What a record may be larger than its body. Source: store.MessageExtEncoder#updateEncoderBufferCapacity */
const RECORD_EXTRA_MAX = 64 * 1024

/** Refuses a message that must not be stored, before it is measured. Source: store.util.HookUtils#checkBeforePutMessage */
export function checkMessage(
  message: MessageExtBrokerInner,
  config: MessageStoreConfig,
): PutMessageResult | undefined {
  const { topic, body } = message
  const limit = topic.startsWith(RETRY_PREFIX) ? RETRY_TOPIC_MAX_LENGTH : TOPIC_MAX_LENGTH
  if (topic.length > limit)
    return illegal(`the topic has ${topic.length} characters, ${limit} are allowed`)
  if (body.length > config.maxMessageSize) {
    return illegal(`the body has ${body.length} bytes, ${config.maxMessageSize} are allowed`)
  }
  return undefined
}

/** Most messages of a batch: their number is stored as an int16. */
const BATCH_NUM_MAX = 32_767

/**
 * Refuses a batch that is to be kept as one, where its topic has no queues for it or its number of messages is none.
 * Source: broker.util.HookUtils#checkInnerBatch
 */
export function checkInnerBatch(
  { sysFlag, properties, topic }: MessageExtBrokerInner,
  cqType: (topic: string) => CQType,
): PutMessageResult | undefined {
  if (!hasFlag(sysFlag, MessageSysFlag.INNER_BATCH_FLAG)) return undefined
  if (cqType(topic) !== 'BatchCQ') {
    return illegal('a batch that is to be kept as one, but the topic is not of type BatchCQ')
  }
  const batchNum = Number(findProperty(properties, MessageConst.PROPERTY_INNER_NUM) ?? 1)
  if (Number.isInteger(batchNum) && batchNum > 0 && batchNum <= BATCH_NUM_MAX) return undefined
  return illegal(`a batch has 1 to ${BATCH_NUM_MAX} messages`)
}

/** Refuses a measured record that is too large. Source: store.MessageExtEncoder#encode */
export function checkPlan(
  plan: RecordPlan,
  config: MessageStoreConfig,
): PutMessageResult | undefined {
  if (plan.propertiesLength > PROPERTIES_LENGTH_MAX) {
    return {
      status: PutMessageStatus.PROPERTIES_SIZE_EXCEEDED,
      reason: `the properties have ${plan.propertiesLength} bytes, ${PROPERTIES_LENGTH_MAX} are allowed`,
    }
  }
  const limit = config.maxMessageSize + RECORD_EXTRA_MAX
  if (plan.size > limit)
    return illegal(`the message takes ${plan.size} bytes, ${limit} are allowed`)
  return undefined
}

export function illegal(reason: string): PutMessageResult {
  return { status: PutMessageStatus.MESSAGE_ILLEGAL, reason }
}
