import { long, optional, real, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { queueTable } from './message-queue.ts'

/** Source: remoting.protocol.admin.OffsetWrapper */
export const OffsetWrapper = object({
  brokerOffset: long(0),
  consumerOffset: long(0),
  /** Store time in milliseconds of the last consumed message. */
  lastTimestamp: long(0),
  pullOffset: long(0),
})
export type OffsetWrapper = ValueOf<typeof OffsetWrapper>

/** Answer to 208 GET_CONSUME_STATS. Source: remoting.protocol.admin.ConsumeStats */
export const ConsumeStats = defineBody(
  'ConsumeStats',
  { consumeTps: real(0), offsetTable: queueTable(OffsetWrapper) },
  'bare',
)
export type ConsumeStats = ValueOf<typeof ConsumeStats>

/** Answer to 317 GET_BROKER_CONSUME_STATS. Source: remoting.protocol.body.ConsumeStatsList */
export const ConsumeStatsList = defineBody(
  'ConsumeStatsList',
  {
    brokerAddr: optional(text()),
    /** Each entry: group to its statistics. */
    consumeStatsList: list(table(list(ConsumeStats))),
    totalDiff: long(0),
    totalInflightDiff: long(0),
  },
  'bare',
)
export type ConsumeStatsList = ValueOf<typeof ConsumeStatsList>
