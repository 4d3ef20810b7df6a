import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 314 CLONE_GROUP_OFFSET. */
export const CloneGroupOffsetRequestHeader = defineHeader('CloneGroupOffsetRequestHeader', {
  srcGroup: required('string'),
  destGroup: required('string'),
  topic: optional('string'),
  offline: optional('boolean'),
  ...RPC_FIELDS,
})
export type CloneGroupOffsetRequestHeader = HeaderOf<typeof CloneGroupOffsetRequestHeader>
