import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { PROPERTIES_LENGTH_MAX, type RecordPlan } from '../../../codec/message/record.ts'
import type { MessageStoreConfig } from '../config.ts'
import { PutMessageStatus, type PutMessageResult } from '../types.ts'

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
