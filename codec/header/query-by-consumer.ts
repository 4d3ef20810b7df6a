import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 343 QUERY_TOPICS_BY_CONSUMER. */
export const QueryTopicsByConsumerRequestHeader = defineHeader(
  'QueryTopicsByConsumerRequestHeader',
  {
    group: required('string'),
    ...RPC_FIELDS,
  },
)
export type QueryTopicsByConsumerRequestHeader = HeaderOf<typeof QueryTopicsByConsumerRequestHeader>

/** Code 345 QUERY_SUBSCRIPTION_BY_CONSUMER. */
export const QuerySubscriptionByConsumerRequestHeader = defineHeader(
  'QuerySubscriptionByConsumerRequestHeader',
  {
    group: required('string'),
    topic: optional('string'),
    ...TOPIC_RPC_FIELDS,
  },
)
export type QuerySubscriptionByConsumerRequestHeader = HeaderOf<
  typeof QuerySubscriptionByConsumerRequestHeader
>
