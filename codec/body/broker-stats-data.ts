import { long, optional, real } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, object } from '../json-schema.ts'

/** Source: remoting.protocol.body.BrokerStatsItem */
const BrokerStatsItem = object({ avgpt: real(0), sum: long(0), tps: real(0) })
export type BrokerStatsItem = ValueOf<typeof BrokerStatsItem>

/** Answer to 315 VIEW_BROKER_STATS_DATA. */
export const BrokerStatsData = defineBody('BrokerStatsData', {
  statsDay: optional(BrokerStatsItem),
  statsHour: optional(BrokerStatsItem),
  statsMinute: optional(BrokerStatsItem),
})
export type BrokerStatsData = ValueOf<typeof BrokerStatsData>
