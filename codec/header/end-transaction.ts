import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 37 END_TRANSACTION; `commitOrRollback` is a transaction type of MessageSysFlag. */
export const EndTransactionRequestHeader = defineHeader('EndTransactionRequestHeader', {
  topic: optional('string'),
  producerGroup: required('string'),
  tranStateTableOffset: required('long'),
  commitLogOffset: required('long'),
  commitOrRollback: required('int'),
  fromTransactionCheck: optional('boolean'),
  msgId: required('string'),
  transactionId: optional('string'),
  ...RPC_FIELDS,
})
export type EndTransactionRequestHeader = HeaderOf<typeof EndTransactionRequestHeader>
