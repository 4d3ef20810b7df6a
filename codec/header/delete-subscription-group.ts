import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 207 DELETE_SUBSCRIPTIONGROUP. */
export const DeleteSubscriptionGroupRequestHeader = defineHeader(
  'DeleteSubscriptionGroupRequestHeader',
  {
    groupName: required('string'),
    cleanOffset: optional('boolean'),
    ...RPC_FIELDS,
  },
)
export type DeleteSubscriptionGroupRequestHeader = HeaderOf<
  typeof DeleteSubscriptionGroupRequestHeader
>
