import { anyJson, flag, int, long, optional, orElse, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, numberTable, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'
import { TopicConfig } from './topic-config.ts'

/** What a broker tells of a static topic. Source: remoting.protocol.statictopic.TopicQueueMappingInfo */
export const TopicQueueMappingInfo = defineBody('TopicQueueMappingInfo', {
  bname: optional(text()),
  /** Logical queue id to queue id. */
  currIdMap: numberTable(int()),
  dirty: flag(false),
  epoch: long(0),
  scope: text('__global__'),
  topic: text(),
  totalQueues: int(0),
})
export type TopicQueueMappingInfo = ValueOf<typeof TopicQueueMappingInfo>

/** The content of topics.json. Source: remoting.protocol.body.TopicConfigSerializeWrapper */
export const TopicConfigSerializeWrapper = defineBody('TopicConfigSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  topicConfigTable: table(TopicConfig),
})
export type TopicConfigSerializeWrapper = ValueOf<typeof TopicConfigSerializeWrapper>

/**
 * Answer to 21 GET_ALL_TOPIC_CONFIG and part of the register body.
 * Source: remoting.protocol.body.TopicConfigAndMappingSerializeWrapper
 */
export const TopicConfigAndMappingSerializeWrapper = defineBody(
  'TopicConfigAndMappingSerializeWrapper',
  {
    dataVersion: orElse(DataVersion, noDataVersion),
    mappingDataVersion: orElse(DataVersion, noDataVersion),
    topicConfigTable: table(TopicConfig),
    /** Details of static topics, which we do not serve: passed through. */
    topicQueueMappingDetailMap: table(anyJson()),
    topicQueueMappingInfoMap: table(TopicQueueMappingInfo),
  },
)
export type TopicConfigAndMappingSerializeWrapper = ValueOf<
  typeof TopicConfigAndMappingSerializeWrapper
>
