import { int, long, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, numberTable, object, table } from '../json-schema.ts'
import { queueTable } from './message-queue.ts'

/** Body of 220 RESET_CONSUMER_CLIENT_OFFSET and answer to 222. */
export const ResetOffsetBody = defineBody(
  'ResetOffsetBody',
  { offsetTable: queueTable(long()) },
  'bare',
)
export type ResetOffsetBody = ValueOf<typeof ResetOffsetBody>

/** The same for C++ clients, whose JSON reader knows no object keys. */
export const ResetOffsetBodyForC = defineBody('ResetOffsetBodyForC', {
  offsetTable: list(object({ brokerName: text(), offset: long(), queueId: int(), topic: text() })),
})
export type ResetOffsetBodyForC = ValueOf<typeof ResetOffsetBodyForC>

/** Answer to 221 (`messageQueueTable`) and 223 (`consumerTable`, by client id): offsets as the clients have them. */
export const GetConsumerStatusBody = defineBody(
  'GetConsumerStatusBody',
  { consumerTable: table(queueTable(long())), messageQueueTable: queueTable(long()) },
  'bare',
)
export type GetConsumerStatusBody = ValueOf<typeof GetConsumerStatusBody>

/** Answer to 308 QUERY_CORRECTION_OFFSET: queue id to offset. */
export const QueryCorrectionOffsetBody = defineBody('QueryCorrectionOffsetBody', {
  correctionOffsets: numberTable(long()),
})
export type QueryCorrectionOffsetBody = ValueOf<typeof QueryCorrectionOffsetBody>
