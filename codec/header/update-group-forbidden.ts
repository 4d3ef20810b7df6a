import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 353 UPDATE_AND_GET_GROUP_FORBIDDEN; without `readable` it only asks. */
export const UpdateGroupForbiddenRequestHeader = defineHeader('UpdateGroupForbiddenRequestHeader', {
  group: required('string'),
  topic: required('string'),
  readable: optional('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type UpdateGroupForbiddenRequestHeader = HeaderOf<typeof UpdateGroupForbiddenRequestHeader>
