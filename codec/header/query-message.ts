import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 12 QUERY_MESSAGE. The extField `_UNIQUE_KEY_QUERY` = "true" says that `key` is a unique key. */
export const QueryMessageRequestHeader = defineHeader('QueryMessageRequestHeader', {
  topic: required('string'),
  key: required('string'),
  maxNum: required('int'),
  beginTimestamp: required('long'),
  endTimestamp: required('long'),
  ...TOPIC_RPC_FIELDS,
})
export type QueryMessageRequestHeader = HeaderOf<typeof QueryMessageRequestHeader>

/** Answer to 12; the body holds stored messages back to back. */
export const QueryMessageResponseHeader = defineHeader('QueryMessageResponseHeader', {
  indexLastUpdateTimestamp: required('long'),
  indexLastUpdatePhyoffset: required('long'),
})
export type QueryMessageResponseHeader = HeaderOf<typeof QueryMessageResponseHeader>
