import { flag, int, oneOf, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'
import { SubscriptionData } from './subscription-data.ts'

export const ConsumeType = oneOf(
  ['CONSUME_ACTIVELY', 'CONSUME_PASSIVELY', 'CONSUME_POP'],
  'CONSUME_PASSIVELY',
)
export type ConsumeType = ValueOf<typeof ConsumeType>

export const MessageModel = oneOf(['BROADCASTING', 'CLUSTERING'], 'CLUSTERING')
export type MessageModel = ValueOf<typeof MessageModel>

export const ConsumeFromWhere = oneOf(
  [
    'CONSUME_FROM_LAST_OFFSET',
    'CONSUME_FROM_LAST_OFFSET_AND_FROM_MIN_WHEN_BOOT_FIRST',
    'CONSUME_FROM_MIN_OFFSET',
    'CONSUME_FROM_MAX_OFFSET',
    'CONSUME_FROM_FIRST_OFFSET',
    'CONSUME_FROM_TIMESTAMP',
  ],
  'CONSUME_FROM_LAST_OFFSET',
)
export type ConsumeFromWhere = ValueOf<typeof ConsumeFromWhere>

const ConsumerData = object({
  consumeFromWhere: ConsumeFromWhere,
  consumeType: ConsumeType,
  groupName: text(),
  messageModel: MessageModel,
  subscriptionDataSet: list(SubscriptionData),
  unitMode: flag(false),
})
export type ConsumerData = ValueOf<typeof ConsumerData>

const ProducerData = object({ groupName: text() })
export type ProducerData = ValueOf<typeof ProducerData>

/**
 * Body of 34 HEART_BEAT: the groups of a client. Old clients leave out the fingerprint, Go's sets may be null.
 * Source: remoting.protocol.heartbeat.HeartbeatData
 */
export const HeartbeatData = defineBody('HeartbeatData', {
  clientID: text(),
  consumerDataSet: list(ConsumerData),
  /** Not 0: a hash of the subscriptions, so that later heartbeats may leave them out. */
  heartbeatFingerprint: int(0),
  producerDataSet: list(ProducerData),
  /** The subscriptions are left out: they are those of the last heartbeat with this fingerprint. */
  withoutSub: flag(false),
})
export type HeartbeatData = ValueOf<typeof HeartbeatData>
