import { flag, int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'
import { MessageQueue } from './message-queue.ts'
import { SubscriptionData } from './subscription-data.ts'

/** Times in milliseconds, and the same as text. Source: remoting.protocol.body.QueueTimeSpan */
const QueueTimeSpan = object({
  consumeTimeStamp: long(0),
  consumeTimeStampStr: optional(text()),
  delayTime: long(0),
  delayTimeStr: optional(text()),
  maxTimeStamp: long(0),
  maxTimeStampStr: optional(text()),
  messageQueue: MessageQueue,
  minTimeStamp: long(0),
  minTimeStampStr: optional(text()),
})
export type QueueTimeSpan = ValueOf<typeof QueueTimeSpan>

/** Answer to 303 QUERY_CONSUME_TIME_SPAN. */
export const QueryConsumeTimeSpanBody = defineBody('QueryConsumeTimeSpanBody', {
  consumeTimeSpanSet: list(QueueTimeSpan),
})
export type QueryConsumeTimeSpanBody = ValueOf<typeof QueryConsumeTimeSpanBody>

/** Answer to 345 QUERY_SUBSCRIPTION_BY_CONSUMER. */
export const QuerySubscriptionResponseBody = defineBody('QuerySubscriptionResponseBody', {
  group: optional(text()),
  subscriptionData: optional(SubscriptionData),
  topic: optional(text()),
})
export type QuerySubscriptionResponseBody = ValueOf<typeof QuerySubscriptionResponseBody>

/** Answer to 353 UPDATE_AND_GET_GROUP_FORBIDDEN. Source: remoting.protocol.subscription.GroupForbidden */
export const GroupForbidden = defineBody('GroupForbidden', {
  group: text(),
  readable: flag(true),
  topic: text(),
})
export type GroupForbidden = ValueOf<typeof GroupForbidden>

/** One unit of a consume queue. Source: remoting.protocol.body.ConsumeQueueData */
const ConsumeQueueData = object({
  bitMap: optional(text()),
  eval: flag(false),
  extendDataJson: optional(text()),
  msg: optional(text()),
  physicOffset: long(0),
  physicSize: int(0),
  tagsCode: long(0),
})
export type ConsumeQueueData = ValueOf<typeof ConsumeQueueData>

/** Answer to 321 QUERY_CONSUME_QUEUE. */
export const QueryConsumeQueueResponseBody = defineBody('QueryConsumeQueueResponseBody', {
  filterData: optional(text()),
  maxQueueIndex: long(0),
  minQueueIndex: long(0),
  queueData: list(ConsumeQueueData),
  subscriptionData: optional(SubscriptionData),
})
export type QueryConsumeQueueResponseBody = ValueOf<typeof QueryConsumeQueueResponseBody>
