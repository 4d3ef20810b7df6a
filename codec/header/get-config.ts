import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 351 GET_TOPIC_CONFIG. */
export const GetTopicConfigRequestHeader = defineHeader('GetTopicConfigRequestHeader', {
  topic: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type GetTopicConfigRequestHeader = HeaderOf<typeof GetTopicConfigRequestHeader>

/** Code 352 GET_SUBSCRIPTIONGROUP_CONFIG. */
export const GetSubscriptionGroupConfigRequestHeader = defineHeader(
  'GetSubscriptionGroupConfigRequestHeader',
  {
    group: required('string'),
    ...RPC_FIELDS,
  },
)
export type GetSubscriptionGroupConfigRequestHeader = HeaderOf<
  typeof GetSubscriptionGroupConfigRequestHeader
>
