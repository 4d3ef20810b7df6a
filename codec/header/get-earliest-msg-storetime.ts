import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 32 GET_EARLIEST_MSG_STORETIME. */
export const GetEarliestMsgStoretimeRequestHeader = defineHeader(
  'GetEarliestMsgStoretimeRequestHeader',
  {
    topic: required('string'),
    queueId: required('int'),
    ...TOPIC_RPC_FIELDS,
  },
)
export type GetEarliestMsgStoretimeRequestHeader = HeaderOf<
  typeof GetEarliestMsgStoretimeRequestHeader
>

/** Answer to 32: milliseconds, -1 when the queue holds nothing. */
export const GetEarliestMsgStoretimeResponseHeader = defineHeader(
  'GetEarliestMsgStoretimeResponseHeader',
  {
    timestamp: required('long'),
  },
)
export type GetEarliestMsgStoretimeResponseHeader = HeaderOf<
  typeof GetEarliestMsgStoretimeResponseHeader
>
