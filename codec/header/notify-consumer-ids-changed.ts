import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 40 NOTIFY_CONSUMER_IDS_CHANGED, one-way to the consumers of a group. */
export const NotifyConsumerIdsChangedRequestHeader = defineHeader(
  'NotifyConsumerIdsChangedRequestHeader',
  {
    consumerGroup: required('string'),
    ...RPC_FIELDS,
  },
)
export type NotifyConsumerIdsChangedRequestHeader = HeaderOf<
  typeof NotifyConsumerIdsChangedRequestHeader
>
