import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 31 GET_MIN_OFFSET. */
export const GetMinOffsetRequestHeader = defineHeader('GetMinOffsetRequestHeader', {
  topic: required('string'),
  queueId: required('int'),
  ...TOPIC_RPC_FIELDS,
})
export type GetMinOffsetRequestHeader = HeaderOf<typeof GetMinOffsetRequestHeader>

/** Answer to 31. */
export const GetMinOffsetResponseHeader = defineHeader('GetMinOffsetResponseHeader', {
  offset: required('long'),
})
export type GetMinOffsetResponseHeader = HeaderOf<typeof GetMinOffsetResponseHeader>
