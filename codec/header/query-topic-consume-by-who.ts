import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 300 QUERY_TOPIC_CONSUME_BY_WHO. */
export const QueryTopicConsumeByWhoRequestHeader = defineHeader(
  'QueryTopicConsumeByWhoRequestHeader',
  {
    topic: required('string'),
    ...TOPIC_RPC_FIELDS,
  },
)
export type QueryTopicConsumeByWhoRequestHeader = HeaderOf<
  typeof QueryTopicConsumeByWhoRequestHeader
>
