import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader } from '../schema.ts'

/** Code 41 LOCK_BATCH_MQ; the queues are in the body. */
export const LockBatchMqRequestHeader = defineHeader('LockBatchMqRequestHeader', {
  ...RPC_FIELDS,
})
export type LockBatchMqRequestHeader = HeaderOf<typeof LockBatchMqRequestHeader>

/** Code 42 UNLOCK_BATCH_MQ; the queues are in the body. */
export const UnlockBatchMqRequestHeader = defineHeader('UnlockBatchMqRequestHeader', {
  ...RPC_FIELDS,
})
export type UnlockBatchMqRequestHeader = HeaderOf<typeof UnlockBatchMqRequestHeader>
