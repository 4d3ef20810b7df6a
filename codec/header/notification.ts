import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 200054 NOTIFICATION. */
export const NotificationRequestHeader = defineHeader('NotificationRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  pollTime: required('long'),
  bornTime: required('long'),
  order: optional('boolean'),
  attemptId: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type NotificationRequestHeader = HeaderOf<typeof NotificationRequestHeader>

/** Answer to 200054. */
export const NotificationResponseHeader = defineHeader('NotificationResponseHeader', {
  hasMsg: required('boolean'),
  pollingFull: optional('boolean'),
})
export type NotificationResponseHeader = HeaderOf<typeof NotificationResponseHeader>
