import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import {
  appendProperty,
  decodeProperties,
  deleteProperty,
  encodeProperties,
  findProperty,
} from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { MessageSysFlag, resetTransactionValue } from '../../../codec/message/sys-flag.ts'
import { SystemTopic } from '../topic/topic-validator.ts'

/*
 * What becomes of a transactional message, step by step. Source: broker.transaction.queue.TransactionalMessageBridge,
 * broker.processor.EndTransactionProcessor
 */

/** Half and op messages have one queue each. */
export const TRANSACTION_QUEUE_ID = 0
/** Whose offsets tell how far half and op messages are checked. Source: common.MixAll#CID_SYS_RMQ_TRANS */
export const TRANSACTION_GROUP = 'CID_RMQ_SYS_TRANS'

/** A sent message on its way into the half topic, where no consumer sees it. `properties` are all of the message's. */
export function parseHalfMessageInner(
  message: MessageExtBrokerInner,
  properties: Map<string, string>,
): MessageExtBrokerInner {
  const uniqKey = properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  if (uniqKey !== undefined) properties.set(MessageConst.PROPERTY_TRANSACTION_ID, uniqKey)
  properties.set(MessageConst.PROPERTY_REAL_TOPIC, message.topic)
  properties.set(MessageConst.PROPERTY_REAL_QUEUE_ID, String(message.queueId))
  return {
    ...message,
    topic: SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC,
    queueId: TRANSACTION_QUEUE_ID,
    sysFlag: resetTransactionValue(message.sysFlag, MessageSysFlag.TRANSACTION_NOT_TYPE),
    properties: encodeProperties(properties),
  }
}

/** A half message once more, at the end of its queue, after it was asked about `checkTimes` times. */
export function renewHalfMessageInner(half: MessageExt, checkTimes: number): MessageExtBrokerInner {
  return storedAgain(half, withCheckTimes(half.properties, checkTimes))
}

/** The same for one that is not asked about yet: it says where the one stands that its producer knows. */
export function renewImmunityHalfMessageInner(
  half: MessageExt,
  checkTimes: number,
): MessageExtBrokerInner {
  const name = MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET
  const properties = withCheckTimes(half.properties, checkTimes)
  const isKnown = findProperty(properties, name) !== undefined
  return storedAgain(
    half,
    isKnown ? properties : appendProperty(properties, name, String(half.queueOffset)),
  )
}

/** A message that was given up, back in the half topic as if it had never been asked about. */
export function resumedHalfMessageInner(message: MessageExt): MessageExtBrokerInner {
  return {
    ...storedAgain(message, withCheckTimes(message.properties, 0)),
    topic: SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC,
    queueId: TRANSACTION_QUEUE_ID,
  }
}

/** A half message whose producer does not know its outcome: it goes where administrators look. */
export function discardedMessageInner(half: MessageExt): MessageExtBrokerInner {
  return {
    ...storedAgain(half, half.properties),
    topic: SystemTopic.RMQ_SYS_TRANS_CHECK_MAX_TIME_TOPIC,
    queueId: TRANSACTION_QUEUE_ID,
  }
}

/** A committed message, and the properties that it has when it is delayed: without those of the transaction. */
export interface CommittedMessage {
  readonly message: MessageExtBrokerInner
  readonly properties: Map<string, string>
}

/**
 * The message that a committed half message becomes: under its own topic, its properties as stored, TRAN_MSG,
 * REAL_TOPIC and REAL_QID among them. undefined when the half message does not say where it belongs.
 */
export function endMessageTransaction(half: MessageExt): CommittedMessage | undefined {
  const target = realTarget(half)
  if (target === undefined) return undefined
  const message: MessageExtBrokerInner = {
    ...storedAgain(half, half.properties),
    ...target,
    sysFlag: resetTransactionValue(half.sysFlag, MessageSysFlag.TRANSACTION_COMMIT_TYPE),
    preparedTransactionOffset: half.commitLogOffset,
  }
  const properties = decodeProperties(half.properties)
  properties.delete(MessageConst.PROPERTY_TRANSACTION_PREPARED)
  properties.delete(MessageConst.PROPERTY_REAL_TOPIC)
  properties.delete(MessageConst.PROPERTY_REAL_QUEUE_ID)
  return { message, properties }
}

/** Where a half message belongs; undefined when it does not say so. */
export function realTarget({
  properties,
}: MessageExt): { readonly topic: string; readonly queueId: number } | undefined {
  const topic = findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC)
  const queueId = findProperty(properties, MessageConst.PROPERTY_REAL_QUEUE_ID) ?? ''
  return topic === undefined || !/^\d{1,9}$/.test(queueId)
    ? undefined
    : { topic, queueId: Number(queueId) }
}

/** How often the producer was asked about a half message; 0 when never, -1 when the property is no number. */
export function checkTimesOf({ properties }: MessageExt): number {
  const text = findProperty(properties, MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES)
  return text === undefined ? 0 : parseLong(text)
}

/** -1 when `text` is no number. Source: TransactionalMessageServiceImpl#getLong */
export function parseLong(text: string): number {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : -1
}

/** The same message, to be put once more. */
export function storedAgain(message: MessageExt, properties: string): MessageExtBrokerInner {
  return {
    topic: message.topic,
    queueId: message.queueId,
    flag: message.flag,
    sysFlag: message.sysFlag,
    body: message.body,
    properties,
    bornTimestamp: message.bornTimestamp,
    bornHost: message.bornHost,
    storeHost: message.storeHost,
    reconsumeTimes: message.reconsumeTimes,
    preparedTransactionOffset: 0,
  }
}

function withCheckTimes(properties: string, checkTimes: number): string {
  const name = MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES
  return appendProperty(deleteProperty(properties, name), name, String(checkTimes))
}
