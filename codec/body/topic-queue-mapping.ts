import { flag, int, long, optional, orElse, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, numberTable, object, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'
import { TOPIC_CONFIG_FIELDS } from './topic-config.ts'

/* Static topics: their queues are logical ones, each a chain of queues on brokers. */

const MAPPING_INFO_FIELDS = {
  /** Logical queue id to queue id. */
  currIdMap: numberTable(int()),
  dirty: flag(false),
  epoch: long(0),
  scope: text('__global__'),
  topic: text(),
  totalQueues: int(0),
} as const

/** What a broker tells of a static topic. Source: remoting.protocol.statictopic.TopicQueueMappingInfo */
export const TopicQueueMappingInfo = defineBody('TopicQueueMappingInfo', {
  ...MAPPING_INFO_FIELDS,
  bname: optional(text()),
})
export type TopicQueueMappingInfo = ValueOf<typeof TopicQueueMappingInfo>

/**
 * A queue of a broker that holds a part of a logical queue. -1: not known yet. `endOffset` is the first offset behind the part.
 * Source: remoting.protocol.statictopic.LogicQueueMappingItem
 */
export const LogicQueueMappingItem = object({
  bname: text(),
  endOffset: long(-1),
  gen: int(0),
  /** The logical offset at which the part begins. */
  logicOffset: long(0),
  queueId: int(0),
  /** The offset in the queue at which the part begins. */
  startOffset: long(0),
  timeOfEnd: long(-1),
  timeOfStart: long(-1),
})
export type LogicQueueMappingItem = ValueOf<typeof LogicQueueMappingItem>

/** What a broker knows of a static topic; body of 513. Source: remoting.protocol.statictopic.TopicQueueMappingDetail */
export const TopicQueueMappingDetail = defineBody('TopicQueueMappingDetail', {
  ...MAPPING_INFO_FIELDS,
  bname: text(),
  /** Logical queue id to its parts, the oldest first; messages go to the last one. */
  hostedQueues: numberTable(list(LogicQueueMappingItem)),
})
export type TopicQueueMappingDetail = ValueOf<typeof TopicQueueMappingDetail>

/** The content of topicQueueMapping.json. Source: remoting.protocol.body.TopicQueueMappingSerializeWrapper */
export const TopicQueueMappingSerializeWrapper = defineBody(
  'TopicQueueMappingSerializeWrapper',
  {
    dataVersion: orElse(DataVersion, noDataVersion),
    topicQueueMappingInfoMap: table(TopicQueueMappingDetail),
  },
  'bare',
)
export type TopicQueueMappingSerializeWrapper = ValueOf<typeof TopicQueueMappingSerializeWrapper>

/** Answer to 351 GET_TOPIC_CONFIG. Source: remoting.protocol.statictopic.TopicConfigAndQueueMapping */
export const TopicConfigAndQueueMapping = defineBody('TopicConfigAndQueueMapping', {
  ...TOPIC_CONFIG_FIELDS,
  mappingDetail: optional(TopicQueueMappingDetail),
})
export type TopicConfigAndQueueMapping = ValueOf<typeof TopicConfigAndQueueMapping>
