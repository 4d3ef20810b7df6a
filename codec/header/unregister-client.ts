import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 35 UNREGISTER_CLIENT; answered without header fields. */
export const UnregisterClientRequestHeader = defineHeader('UnregisterClientRequestHeader', {
  clientID: required('string'),
  producerGroup: optional('string'),
  consumerGroup: optional('string'),
  ...RPC_FIELDS,
})
export type UnregisterClientRequestHeader = HeaderOf<typeof UnregisterClientRequestHeader>
