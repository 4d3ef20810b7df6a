import { flag, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'
import { MessageQueue } from './message-queue.ts'

const fields = {
  clientId: text(),
  consumerGroup: text(),
  /** Set between brokers: do not ask the other replicas. */
  onlyThisBroker: flag(false),
  mqSet: list(MessageQueue),
}

/** Body of 41 LOCK_BATCH_MQ. */
export const LockBatchRequestBody = defineBody('LockBatchRequestBody', fields)
export type LockBatchRequestBody = ValueOf<typeof LockBatchRequestBody>

/** Answer to 41: the queues that the client holds now. */
export const LockBatchResponseBody = defineBody('LockBatchResponseBody', {
  lockOKMQSet: list(MessageQueue),
})
export type LockBatchResponseBody = ValueOf<typeof LockBatchResponseBody>

/** Body of 42 UNLOCK_BATCH_MQ, which has no body in its answer. */
export const UnlockBatchRequestBody = defineBody('UnlockBatchRequestBody', fields)
export type UnlockBatchRequestBody = ValueOf<typeof UnlockBatchRequestBody>
