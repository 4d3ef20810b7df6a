import { flag, int, long, optional, real, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { queueTable } from './message-queue.ts'
import { SubscriptionData } from './subscription-data.ts'

/** What a consumer holds of one queue; times in milliseconds. Source: remoting.protocol.body.ProcessQueueInfo */
const ProcessQueueInfo = object({
  cachedMsgCount: int(0),
  cachedMsgMaxOffset: long(0),
  cachedMsgMinOffset: long(0),
  cachedMsgSizeInMiB: int(0),
  commitOffset: long(0),
  droped: flag(false),
  lastConsumeTimestamp: long(0),
  lastLockTimestamp: long(0),
  lastPullTimestamp: long(0),
  locked: flag(false),
  transactionMsgCount: int(0),
  transactionMsgMaxOffset: long(0),
  transactionMsgMinOffset: long(0),
  tryUnlockTimes: long(0),
})
export type ProcessQueueInfo = ValueOf<typeof ProcessQueueInfo>

/** Source: remoting.protocol.body.PopProcessQueueInfo */
const PopProcessQueueInfo = object({
  droped: flag(false),
  lastPopTimestamp: long(0),
  waitAckCount: int(0),
})
export type PopProcessQueueInfo = ValueOf<typeof PopProcessQueueInfo>

/** Times in milliseconds, rates per second. Source: remoting.protocol.body.ConsumeStatus */
const ConsumeStatus = object({
  consumeFailedMsgs: long(0),
  consumeFailedTPS: real(0),
  consumeOKTPS: real(0),
  consumeRT: real(0),
  pullRT: real(0),
  pullTPS: real(0),
})
export type ConsumeStatus = ValueOf<typeof ConsumeStatus>

/** A consumer's answer to 307 GET_CONSUMER_RUNNING_INFO. Source: remoting.protocol.body.ConsumerRunningInfo */
export const ConsumerRunningInfo = defineBody(
  'ConsumerRunningInfo',
  {
    jstack: optional(text()),
    mqPopTable: queueTable(PopProcessQueueInfo),
    mqTable: queueTable(ProcessQueueInfo),
    properties: table(text()),
    /** By topic. */
    statusTable: table(ConsumeStatus),
    subscriptionSet: list(SubscriptionData),
    userConsumerInfo: table(text()),
  },
  'bare',
)
export type ConsumerRunningInfo = ValueOf<typeof ConsumerRunningInfo>
