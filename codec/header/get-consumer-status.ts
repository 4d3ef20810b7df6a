import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Codes 221 GET_CONSUMER_STATUS_FROM_CLIENT and 223 INVOKE_BROKER_TO_GET_CONSUMER_STATUS. */
export const GetConsumerStatusRequestHeader = defineHeader('GetConsumerStatusRequestHeader', {
  topic: required('string'),
  group: required('string'),
  clientAddr: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type GetConsumerStatusRequestHeader = HeaderOf<typeof GetConsumerStatusRequestHeader>
