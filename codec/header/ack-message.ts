import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 200051 ACK_MESSAGE. (200151 BATCH_ACK_MESSAGE has a body and no header fields.) */
export const AckMessageRequestHeader = defineHeader('AckMessageRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  extraInfo: required('string'),
  offset: required('long'),
  /** Since 5.5.0. */
  liteTopic: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type AckMessageRequestHeader = HeaderOf<typeof AckMessageRequestHeader>
