import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 200050 POP_MESSAGE. Times are milliseconds. */
export const PopMessageRequestHeader = defineHeader('PopMessageRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  maxMsgNums: required('int'),
  invisibleTime: required('long'),
  pollTime: required('long'),
  bornTime: required('long'),
  initMode: required('int'),
  expType: optional('string'),
  exp: optional('string'),
  order: optional('boolean'),
  attemptId: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type PopMessageRequestHeader = HeaderOf<typeof PopMessageRequestHeader>

/** Answer to 200050 and 200052. */
export const PopMessageResponseHeader = defineHeader('PopMessageResponseHeader', {
  popTime: required('long'),
  invisibleTime: required('long'),
  reviveQid: required('int'),
  restNum: required('long'),
  startOffsetInfo: optional('string'),
  msgOffsetInfo: optional('string'),
  orderCountInfo: optional('string'),
})
export type PopMessageResponseHeader = HeaderOf<typeof PopMessageResponseHeader>

/** Code 200052 PEEK_MESSAGE. */
export const PeekMessageRequestHeader = defineHeader('PeekMessageRequestHeader', {
  topic: required('string'),
  queueId: required('int'),
  maxMsgNums: required('int'),
  consumerGroup: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type PeekMessageRequestHeader = HeaderOf<typeof PeekMessageRequestHeader>
