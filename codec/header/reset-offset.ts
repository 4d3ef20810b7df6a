import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Codes 220 RESET_CONSUMER_CLIENT_OFFSET, one-way to a consumer, and 222 INVOKE_BROKER_TO_RESET_OFFSET. */
export const ResetOffsetRequestHeader = defineHeader('ResetOffsetRequestHeader', {
  group: required('string'),
  topic: required('string'),
  queueId: optional('int'),
  offset: optional('long'),
  timestamp: required('long'),
  isForce: required('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type ResetOffsetRequestHeader = HeaderOf<typeof ResetOffsetRequestHeader>
