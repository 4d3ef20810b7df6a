import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 308 QUERY_CORRECTION_OFFSET. */
export const QueryCorrectionOffsetHeader = defineHeader('QueryCorrectionOffsetHeader', {
  filterGroups: optional('string'),
  compareGroup: required('string'),
  topic: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type QueryCorrectionOffsetHeader = HeaderOf<typeof QueryCorrectionOffsetHeader>
