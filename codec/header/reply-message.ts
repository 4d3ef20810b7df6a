import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 326 PUSH_REPLY_MESSAGE_TO_CLIENT, to the producer that waits for the reply. (324 and 325 are send requests.) */
export const ReplyMessageRequestHeader = defineHeader('ReplyMessageRequestHeader', {
  producerGroup: required('string'),
  topic: required('string'),
  defaultTopic: required('string'),
  defaultTopicQueueNums: required('int'),
  queueId: required('int'),
  sysFlag: required('int'),
  bornTimestamp: required('long'),
  flag: required('int'),
  properties: optional('string'),
  reconsumeTimes: optional('int'),
  unitMode: optional('boolean'),
  bornHost: required('string'),
  storeHost: required('string'),
  storeTimestamp: required('long'),
  ...TOPIC_RPC_FIELDS,
})
export type ReplyMessageRequestHeader = HeaderOf<typeof ReplyMessageRequestHeader>
