import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 300 QUERY_TOPIC_CONSUME_BY_WHO. */
export const QueryTopicConsumeByWhoRequestHeader = defineHeader(
  'QueryTopicConsumeByWhoRequestHeader',
  {
    topic: required('string'),
    ...RPC_FIELDS,
  },
)
export type QueryTopicConsumeByWhoRequestHeader = HeaderOf<
  typeof QueryTopicConsumeByWhoRequestHeader
>
