import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 200053 CHANGE_MESSAGE_INVISIBLETIME. */
export const ChangeInvisibleTimeRequestHeader = defineHeader('ChangeInvisibleTimeRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  extraInfo: required('string'),
  offset: required('long'),
  invisibleTime: required('long'),
  /** Since 5.5.0, as `suspend`: the whole lite topic waits, and the pop does not count. */
  liteTopic: optional('string'),
  suspend: optional('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type ChangeInvisibleTimeRequestHeader = HeaderOf<typeof ChangeInvisibleTimeRequestHeader>

/** Answer to 200053. */
export const ChangeInvisibleTimeResponseHeader = defineHeader('ChangeInvisibleTimeResponseHeader', {
  popTime: required('long'),
  invisibleTime: required('long'),
  reviveQid: required('int'),
})
export type ChangeInvisibleTimeResponseHeader = HeaderOf<typeof ChangeInvisibleTimeResponseHeader>
