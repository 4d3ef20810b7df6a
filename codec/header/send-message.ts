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

/**
 * Codes 10 SEND_MESSAGE and 324 SEND_REPLY_MESSAGE. `properties` is text of MessageProperties, `bornTimestamp` milliseconds;
 * with `batch` the body holds several messages.
 */
export const SendMessageRequestHeader = defineHeader('SendMessageRequestHeader', {
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
  maxReconsumeTimes: optional('int'),
  batch: optional('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type SendMessageRequestHeader = HeaderOf<typeof SendMessageRequestHeader>

/**
 * Codes 310 SEND_MESSAGE_V2, 320 SEND_BATCH_MESSAGE and 325 SEND_REPLY_MESSAGE_V2: the same value as
 * SendMessageRequestHeader under one-letter keys. The broker's name travels as `n`.
 */
export const SendMessageRequestHeaderV2 = defineHeader(
  'SendMessageRequestHeaderV2',
  {
    producerGroup: required('string', 'a'),
    topic: required('string', 'b'),
    defaultTopic: required('string', 'c'),
    defaultTopicQueueNums: required('int', 'd'),
    queueId: required('int', 'e'),
    sysFlag: required('int', 'f'),
    bornTimestamp: required('long', 'g'),
    flag: required('int', 'h'),
    properties: optional('string', 'i'),
    reconsumeTimes: optional('int', 'j'),
    unitMode: optional('boolean', 'k'),
    maxReconsumeTimes: optional('int', 'l'),
    batch: optional('boolean', 'm'),
    bname: optional('string', 'n'),
    lo: TOPIC_RPC_FIELDS.lo,
    ns: TOPIC_RPC_FIELDS.ns,
    nsd: TOPIC_RPC_FIELDS.nsd,
    oway: TOPIC_RPC_FIELDS.oway,
  },
  (extFields) => ({
    producerGroup: requireField(extFields.a, 'a'),
    topic: requireField(extFields.b, 'b'),
    defaultTopic: requireField(extFields.c, 'c'),
    defaultTopicQueueNums: parseInt32(requireField(extFields.d, 'd'), 'd'),
    queueId: parseInt32(requireField(extFields.e, 'e'), 'e'),
    sysFlag: parseInt32(requireField(extFields.f, 'f'), 'f'),
    bornTimestamp: parseLong(requireField(extFields.g, 'g'), 'g'),
    flag: parseInt32(requireField(extFields.h, 'h'), 'h'),
    properties: extFields.i,
    reconsumeTimes: optionalInt32(extFields.j, 'j'),
    unitMode: optionalFlag(extFields.k),
    maxReconsumeTimes: optionalInt32(extFields.l, 'l'),
    batch: optionalFlag(extFields.m),
    bname: extFields.n,
    lo: optionalFlag(extFields.lo),
    ns: extFields.ns,
    nsd: optionalFlag(extFields.nsd),
    oway: optionalFlag(extFields.oway),
  }),
)

/** Answer to every send request. `msgId` is the offset message id, `transactionId` the unique key. */
export const SendMessageResponseHeader = defineHeader('SendMessageResponseHeader', {
  msgId: required('string'),
  queueId: required('int'),
  queueOffset: required('long'),
  transactionId: optional('string'),
  batchUniqId: optional('string'),
  recallHandle: optional('string'),
})
export type SendMessageResponseHeader = HeaderOf<typeof SendMessageResponseHeader>
