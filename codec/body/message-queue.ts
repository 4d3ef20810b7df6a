import { int, text } from '../json-codec.ts'
import type { JsonCodec, ValueOf } from '../json-codec.ts'
import { defineBody, objectTable } from '../json-schema.ts'

/** Source: common.message.MessageQueue */
export const MessageQueue = defineBody('MessageQueue', {
  brokerName: text(),
  queueId: int(),
  topic: text(),
})
export type MessageQueue = ValueOf<typeof MessageQueue>

/**
 * A map by queue, as a list of pairs. The bodies that hold one are written with bare keys, as Apache writes them: every Java
 * version reads that, and the Go client takes a body of valid JSON for another format.
 */
export function queueTable<T>(codec: JsonCodec<T>): JsonCodec<[MessageQueue, T][]> {
  return objectTable(MessageQueue, codec)
}
