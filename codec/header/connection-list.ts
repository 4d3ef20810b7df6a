import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 203 GET_CONSUMER_CONNECTION_LIST. */
export const GetConsumerConnectionListRequestHeader = defineHeader(
  'GetConsumerConnectionListRequestHeader',
  {
    consumerGroup: required('string'),
    ...RPC_FIELDS,
  },
)
export type GetConsumerConnectionListRequestHeader = HeaderOf<
  typeof GetConsumerConnectionListRequestHeader
>

/** Code 204 GET_PRODUCER_CONNECTION_LIST. */
export const GetProducerConnectionListRequestHeader = defineHeader(
  'GetProducerConnectionListRequestHeader',
  {
    producerGroup: required('string'),
    ...RPC_FIELDS,
  },
)
export type GetProducerConnectionListRequestHeader = HeaderOf<
  typeof GetProducerConnectionListRequestHeader
>
