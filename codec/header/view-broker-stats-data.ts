import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Code 315 VIEW_BROKER_STATS_DATA. */
export const ViewBrokerStatsDataRequestHeader = defineHeader('ViewBrokerStatsDataRequestHeader', {
  statsName: required('string'),
  statsKey: required('string'),
})
export type ViewBrokerStatsDataRequestHeader = HeaderOf<typeof ViewBrokerStatsDataRequestHeader>
