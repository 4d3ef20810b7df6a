import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 200070 POP_LITE_MESSAGE, since 5.5.0: of all lite topics that a client is subscribed to. Times are milliseconds. */
export const PopLiteMessageRequestHeader = defineHeader('PopLiteMessageRequestHeader', {
  clientId: required('string'),
  consumerGroup: required('string'),
  /** The parent of the lite topics. */
  topic: required('string'),
  maxMsgNum: required('int'),
  invisibleTime: required('long'),
  pollTime: required('long'),
  bornTime: required('long'),
  attemptId: optional('string'),
  ...RPC_FIELDS,
})
export type PopLiteMessageRequestHeader = HeaderOf<typeof PopLiteMessageRequestHeader>

/** Answer to 200070. `orderCountInfo` has an entry for each message. */
export const PopLiteMessageResponseHeader = defineHeader('PopLiteMessageResponseHeader', {
  popTime: required('long'),
  invisibleTime: required('long'),
  reviveQid: required('int'),
  startOffsetInfo: optional('string'),
  msgOffsetInfo: optional('string'),
  orderCountInfo: optional('string'),
})
export type PopLiteMessageResponseHeader = HeaderOf<typeof PopLiteMessageResponseHeader>
