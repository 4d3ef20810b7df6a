import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 38 GET_CONSUMER_LIST_BY_GROUP. */
export const GetConsumerListByGroupRequestHeader = defineHeader(
  'GetConsumerListByGroupRequestHeader',
  {
    consumerGroup: required('string'),
    ...RPC_FIELDS,
  },
)
export type GetConsumerListByGroupRequestHeader = HeaderOf<
  typeof GetConsumerListByGroupRequestHeader
>
