import {
  decodeRecord,
  locateParts,
  recordBornTimestamp,
  recordQueueOffset,
} from '../../../codec/message/record-reader.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { appendProperty, deleteProperty, findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'

/*
 * What a message that waits for its time says about itself, and what becomes of it.
 * Source: store.timer.TimerMessageStore#convert, #convertMessage
 */

/** What the wheel needs to know of a waiting message. */
export interface WaitingMessage {
  readonly queueOffset: number
  /** TIMER_OUT_MS: when it is due, already rounded down to the precision. */
  readonly deliverMs: number
  readonly bornTimestamp: number
  readonly realTopic: string
  /** It is no message but the order to drop one. */
  readonly isDelete: boolean
}

/** undefined when the record is no message that waits for a time. */
export function readWaitingMessage(record: Buffer): WaitingMessage | undefined {
  const parts = locateParts(record, 0, record.length)
  if (parts === undefined) return undefined
  const properties = record.toString('utf8', parts.propertiesStart, parts.propertiesEnd)
  const out = findProperty(properties, MessageConst.PROPERTY_TIMER_OUT_MS) ?? ''
  const realTopic = findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC)
  if (!/^\d{1,15}$/.test(out) || realTopic === undefined) return undefined
  return {
    queueOffset: recordQueueOffset(record, 0),
    deliverMs: Number(out),
    bornTimestamp: recordBornTimestamp(record, 0),
    realTopic,
    isDelete: findProperty(properties, MessageConst.PROPERTY_TIMER_DEL_UNIQKEY) !== undefined,
  }
}

/** The key by which a recall names a message. Source: TimerMessageStore#buildDeleteKey */
export function buildDeleteKey(realTopic: string, uniqueKey: string): string {
  return `${realTopic}+${uniqueKey}`
}

/** The key of a waiting message; undefined when it has none. */
export function deleteKeyOf({ properties }: MessageExt): string | undefined {
  const realTopic = findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC)
  const uniqueKey = findProperty(properties, MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  if (realTopic === undefined || uniqueKey === undefined) return undefined
  return buildDeleteKey(realTopic, uniqueKey)
}

/** The key that a delete order names. */
export function deletedKeyOf({ properties }: MessageExt): string | undefined {
  return findProperty(properties, MessageConst.PROPERTY_TIMER_DEL_UNIQKEY)
}

export function decodeWaiting(record: Buffer | undefined): MessageExt | undefined {
  return record === undefined || locateParts(record, 0, record.length) === undefined
    ? undefined
    : decodeRecord(record)
}

/** When a message entered the wheel and left it, milliseconds. */
export interface WheelTimes {
  readonly enqueueMs: number
  readonly dequeueMs: number
}

/**
 * The message that is delivered: under its own topic, with its properties as stored, REAL_TOPIC and REAL_QID among them.
 * undefined when it does not say where it belongs.
 */
export function deliveredMessage(
  waiting: MessageExt,
  times: WheelTimes,
): MessageExtBrokerInner | undefined {
  const topic = findProperty(waiting.properties, MessageConst.PROPERTY_REAL_TOPIC)
  const queueId = findProperty(waiting.properties, MessageConst.PROPERTY_REAL_QUEUE_ID) ?? ''
  if (topic === undefined || !/^\d{1,9}$/.test(queueId)) return undefined
  return storedAgain(waiting, topic, Number(queueId), withTimes(waiting.properties, times))
}

/** The message that waits on: back in the queue of waiting messages, and counted. */
export function rolledMessage(waiting: MessageExt, times: WheelTimes): MessageExtBrokerInner {
  const name = MessageConst.PROPERTY_TIMER_ROLL_TIMES
  const rolls = Number(findProperty(waiting.properties, name) ?? 0) + 1
  const properties = setProperty(withTimes(waiting.properties, times), name, String(rolls))
  return storedAgain(waiting, waiting.topic, waiting.queueId, properties)
}

function storedAgain(
  message: MessageExt,
  topic: string,
  queueId: number,
  properties: string,
): MessageExtBrokerInner {
  return {
    topic,
    queueId,
    properties,
    flag: message.flag,
    sysFlag: message.sysFlag,
    body: message.body,
    bornTimestamp: message.bornTimestamp,
    bornHost: message.bornHost,
    storeHost: message.storeHost,
    reconsumeTimes: message.reconsumeTimes,
    preparedTransactionOffset: 0,
  }
}

function withTimes(properties: string, { enqueueMs, dequeueMs }: WheelTimes): string {
  const text = setProperty(properties, MessageConst.PROPERTY_TIMER_ENQUEUE_MS, String(enqueueMs))
  return setProperty(text, MessageConst.PROPERTY_TIMER_DEQUEUE_MS, String(dequeueMs))
}

function setProperty(text: string, name: string, value: string): string {
  return appendProperty(deleteProperty(text, name), name, value)
}
