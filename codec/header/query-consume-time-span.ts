import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 303 QUERY_CONSUME_TIME_SPAN. */
export const QueryConsumeTimeSpanRequestHeader = defineHeader('QueryConsumeTimeSpanRequestHeader', {
  topic: required('string'),
  group: required('string'),
  ...RPC_FIELDS,
})
export type QueryConsumeTimeSpanRequestHeader = HeaderOf<typeof QueryConsumeTimeSpanRequestHeader>
