import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 39 CHECK_TRANSACTION_STATE, one-way to a producer; the body is the half message. */
export const CheckTransactionStateRequestHeader = defineHeader(
  'CheckTransactionStateRequestHeader',
  {
    topic: optional('string'),
    tranStateTableOffset: required('long'),
    commitLogOffset: required('long'),
    msgId: optional('string'),
    transactionId: optional('string'),
    offsetMsgId: optional('string'),
    ...RPC_FIELDS,
  },
)
export type CheckTransactionStateRequestHeader = HeaderOf<typeof CheckTransactionStateRequestHeader>
