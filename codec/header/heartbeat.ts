import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader } from '../schema.ts'

/** Code 34 HEART_BEAT; what the client does is in the body, HeartbeatData. */
export const HeartbeatRequestHeader = defineHeader('HeartbeatRequestHeader', {
  ...RPC_FIELDS,
})
export type HeartbeatRequestHeader = HeaderOf<typeof HeartbeatRequestHeader>
