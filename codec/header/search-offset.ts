import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 29 SEARCH_OFFSET_BY_TIMESTAMP. `boundaryType` is "upper" in any case; all else is the lower one. */
export const SearchOffsetRequestHeader = defineHeader('SearchOffsetRequestHeader', {
  topic: required('string'),
  queueId: required('int'),
  timestamp: required('long'),
  boundaryType: optional('string'),
  /** Since 5.5.0. */
  liteTopic: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type SearchOffsetRequestHeader = HeaderOf<typeof SearchOffsetRequestHeader>

/** Answer to 29. */
export const SearchOffsetResponseHeader = defineHeader('SearchOffsetResponseHeader', {
  offset: required('long'),
})
export type SearchOffsetResponseHeader = HeaderOf<typeof SearchOffsetResponseHeader>
