import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional } from '../schema.ts'

/** Code 321 QUERY_CONSUME_QUEUE. */
export const QueryConsumeQueueRequestHeader = defineHeader('QueryConsumeQueueRequestHeader', {
  topic: optional('string'),
  queueId: optional('int'),
  index: optional('long'),
  count: optional('int'),
  consumerGroup: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type QueryConsumeQueueRequestHeader = HeaderOf<typeof QueryConsumeQueueRequestHeader>
