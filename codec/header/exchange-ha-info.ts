import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 906 EXCHANGE_BROKER_HA_INFO, between slave and master. */
export const ExchangeHAInfoRequestHeader = defineHeader('ExchangeHAInfoRequestHeader', {
  masterHaAddress: optional('string'),
  masterFlushOffset: optional('long'),
  masterAddress: optional('string'),
})
export type ExchangeHAInfoRequestHeader = HeaderOf<typeof ExchangeHAInfoRequestHeader>

/** Answer to 906. */
export const ExchangeHAInfoResponseHeader = defineHeader('ExchangeHAInfoResponseHeader', {
  masterHaAddress: optional('string'),
  masterFlushOffset: optional('long'),
  masterAddress: optional('string'),
})
export type ExchangeHAInfoResponseHeader = HeaderOf<typeof ExchangeHAInfoResponseHeader>

/** Code 908 RESET_MASTER_FLUSH_OFFSET. */
export const ResetMasterFlushOffsetHeader = defineHeader('ResetMasterFlushOffsetHeader', {
  masterFlushOffset: required('long'),
})
export type ResetMasterFlushOffsetHeader = HeaderOf<typeof ResetMasterFlushOffsetHeader>
