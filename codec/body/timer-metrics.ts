import { long, orElse } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, object, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'

/** Source: store.timer.TimerMetrics.Metric */
const Metric = object({
  /** Messages that wait for their time. */
  count: long(0),
  /** When that changed last, milliseconds. */
  timeStamp: long(0),
})

/** Content of config/timermetrics, and the answer to GET_TIMER_METRICS. Source: store.timer.TimerMetrics.TimerMetricsSerializeWrapper */
export const TimerMetricsSerializeWrapper = defineBody('TimerMetricsSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  timingCount: table(Metric),
})
export type TimerMetricsSerializeWrapper = ValueOf<typeof TimerMetricsSerializeWrapper>
