import { orElse } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'
import { TopicConfig } from './topic-config.ts'
import { TopicQueueMappingDetail, TopicQueueMappingInfo } from './topic-queue-mapping.ts'

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
    /** For slaves; name servers get the next one. */
    topicQueueMappingDetailMap: table(TopicQueueMappingDetail),
    topicQueueMappingInfoMap: table(TopicQueueMappingInfo),
  },
)
export type TopicConfigAndMappingSerializeWrapper = ValueOf<
  typeof TopicConfigAndMappingSerializeWrapper
>
