import { long, orElse } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, object, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'

/** Source: broker.transaction.TransactionMetrics.Metric */
const Metric = object({
  /** Half messages that are neither committed nor rolled back nor given up. */
  count: long(0),
  /** When that changed last, milliseconds. */
  timeStamp: long(0),
})

/** Content of config/transactionMetrics. Source: broker.transaction.TransactionMetrics.TransactionMetricsSerializeWrapper */
export const TransactionMetricsSerializeWrapper = defineBody('TransactionMetricsSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  transactionCount: table(Metric),
})
export type TransactionMetricsSerializeWrapper = ValueOf<typeof TransactionMetricsSerializeWrapper>
