import type { HeaderOf } from '../schema.ts'
import {
  TOPIC_RPC_FIELDS,
  defineHeader,
  optional,
  optionalFlag,
  optionalInt32,
  parseInt32,
  parseLong,
  requireField,
  required,
} from '../schema.ts'

/** Codes 11 PULL_MESSAGE and 361 LITE_PULL_MESSAGE. Times are milliseconds; `sysFlag` is PullSysFlag. */
export const PullMessageRequestHeader = defineHeader(
  'PullMessageRequestHeader',
  {
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
    /** Since 5.5.0. */
    liteTopic: optional('string'),
    ...TOPIC_RPC_FIELDS,
  },
  (extFields) => ({
    consumerGroup: requireField(extFields.consumerGroup, 'consumerGroup'),
    topic: requireField(extFields.topic, 'topic'),
    queueId: parseInt32(requireField(extFields.queueId, 'queueId'), 'queueId'),
    queueOffset: parseLong(requireField(extFields.queueOffset, 'queueOffset'), 'queueOffset'),
    maxMsgNums: parseInt32(requireField(extFields.maxMsgNums, 'maxMsgNums'), 'maxMsgNums'),
    sysFlag: parseInt32(requireField(extFields.sysFlag, 'sysFlag'), 'sysFlag'),
    commitOffset: parseLong(requireField(extFields.commitOffset, 'commitOffset'), 'commitOffset'),
    suspendTimeoutMillis: parseLong(
      requireField(extFields.suspendTimeoutMillis, 'suspendTimeoutMillis'),
      'suspendTimeoutMillis',
    ),
    subscription: extFields.subscription,
    subVersion: parseLong(requireField(extFields.subVersion, 'subVersion'), 'subVersion'),
    expressionType: extFields.expressionType,
    maxMsgBytes: optionalInt32(extFields.maxMsgBytes, 'maxMsgBytes'),
    requestSource: optionalInt32(extFields.requestSource, 'requestSource'),
    proxyFrowardClientId: extFields.proxyFrowardClientId,
    liteTopic: extFields.liteTopic,
    lo: optionalFlag(extFields.lo),
    ns: extFields.ns,
    nsd: optionalFlag(extFields.nsd),
    bname: extFields.bname,
    oway: optionalFlag(extFields.oway),
  }),
)
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
