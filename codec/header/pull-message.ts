import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Codes 11 PULL_MESSAGE and 361 LITE_PULL_MESSAGE. Times are milliseconds; `sysFlag` is PullSysFlag. */
export const PullMessageRequestHeader = defineHeader('PullMessageRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  queueOffset: required('long'),
  maxMsgNums: required('int'),
  sysFlag: required('int'),
  commitOffset: required('long'),
  suspendTimeoutMillis: required('long'),
  subscription: optional('string'),
  subVersion: required('long'),
  expressionType: optional('string'),
  maxMsgBytes: optional('int'),
  requestSource: optional('int'),
  proxyFrowardClientId: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type PullMessageRequestHeader = HeaderOf<typeof PullMessageRequestHeader>

/** Answer to 11 and 361; sent with every status, the body only with 0. */
export const PullMessageResponseHeader = defineHeader('PullMessageResponseHeader', {
  suggestWhichBrokerId: required('long'),
  nextBeginOffset: required('long'),
  minOffset: required('long'),
  maxOffset: required('long'),
  offsetDelta: optional('long'),
  topicSysFlag: optional('int'),
  groupSysFlag: optional('int'),
  forbiddenType: optional('int'),
})
export type PullMessageResponseHeader = HeaderOf<typeof PullMessageResponseHeader>
