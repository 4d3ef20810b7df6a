import {
  type LogicQueueMappingItem,
  TopicConfigAndQueueMapping,
  type TopicQueueMappingDetail,
} from '../../../codec/body/topic-queue-mapping.ts'
import type { ValueOf } from '../../../codec/json-codec.ts'
import { optional, text, long, oneOf } from '../../../codec/json-codec.ts'
import { defineBody, list, table } from '../../../codec/json-schema.ts'
import { PERM_READ_WRITE } from '../../common/perm-name.ts'

/** What one broker has, or is to have, of a static topic. */
export type StaticTopic = TopicConfigAndQueueMapping & { mappingDetail: TopicQueueMappingDetail }

/** By broker name. */
export type StaticTopics = Map<string, StaticTopic>

/** A plan, or what was there before, as Apache's tool writes it into a file. Source: remoting.protocol.statictopic */
export const TopicRemappingDetailWrapper = defineBody('TopicRemappingDetailWrapper', {
  brokerConfigMap: table(TopicConfigAndQueueMapping),
  brokerToMapIn: list(text()),
  brokerToMapOut: list(text()),
  epoch: long(0),
  topic: text(),
  type: optional(oneOf(['CREATE_OR_UPDATE', 'REMAPPING'])),
})
export type TopicRemappingDetailWrapper = ValueOf<typeof TopicRemappingDetailWrapper>

/** What a broker has that has no queue of the topic yet. */
export function newStaticTopic(
  topic: string,
  bname: string,
  totalQueues: number,
  epoch: number,
): StaticTopic {
  return {
    attributes: new Map(),
    order: false,
    perm: PERM_READ_WRITE,
    readQueueNums: 0,
    topicFilterType: 'SINGLE_TAG',
    topicName: topic,
    topicSysFlag: 0,
    writeQueueNums: 0,
    mappingDetail: {
      bname,
      currIdMap: new Map(),
      dirty: false,
      epoch,
      hostedQueues: new Map(),
      scope: '__global__',
      topic,
      totalQueues,
    },
  }
}

/** One more queue of a broker. Returns its id. */
export function addQueue(config: StaticTopic): number {
  config.readQueueNums++
  return config.writeQueueNums++
}

/** A part that begins with the first message of its queue. `logicOffset` -1: to be found out. */
export function newPart(
  bname: string,
  queueId: number,
  gen: number,
  logicOffset: number,
): LogicQueueMappingItem {
  return {
    bname,
    endOffset: -1,
    gen,
    logicOffset,
    queueId,
    startOffset: 0,
    timeOfEnd: -1,
    timeOfStart: -1,
  }
}
