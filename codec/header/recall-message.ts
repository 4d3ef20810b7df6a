import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 370 RECALL_MESSAGE. */
export const RecallMessageRequestHeader = defineHeader('RecallMessageRequestHeader', {
  producerGroup: optional('string'),
  topic: required('string'),
  recallHandle: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type RecallMessageRequestHeader = HeaderOf<typeof RecallMessageRequestHeader>

/** Answer to 370. */
export const RecallMessageResponseHeader = defineHeader('RecallMessageResponseHeader', {
  msgId: required('string'),
})
export type RecallMessageResponseHeader = HeaderOf<typeof RecallMessageResponseHeader>
