import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 307 GET_CONSUMER_RUNNING_INFO, from a tool to the broker and on to the consumer. */
export const GetConsumerRunningInfoRequestHeader = defineHeader(
  'GetConsumerRunningInfoRequestHeader',
  {
    consumerGroup: required('string'),
    clientId: required('string'),
    jstackEnable: optional('boolean'),
    ...RPC_FIELDS,
  },
)
export type GetConsumerRunningInfoRequestHeader = HeaderOf<
  typeof GetConsumerRunningInfoRequestHeader
>
