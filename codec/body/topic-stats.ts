import { long, real } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, object } from '../json-schema.ts'
import { queueTable } from './message-queue.ts'

/** Source: remoting.protocol.admin.TopicOffset */
export const TopicOffset = object({
  /** Store time of the last message in milliseconds, 0 without one. */
  lastUpdateTimestamp: long(0),
  maxOffset: long(0),
  minOffset: long(0),
})
export type TopicOffset = ValueOf<typeof TopicOffset>

/** Answer to 202 GET_TOPIC_STATS_INFO. Source: remoting.protocol.admin.TopicStatsTable */
export const TopicStatsTable = defineBody(
  'TopicStatsTable',
  { offsetTable: queueTable(TopicOffset), topicPutTps: real(0) },
  'bare',
)
export type TopicStatsTable = ValueOf<typeof TopicStatsTable>
