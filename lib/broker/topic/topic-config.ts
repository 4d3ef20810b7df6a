import { TopicConfig } from '../../../codec/body/topic-config.ts'
import type { CQType } from '../../store/types.ts'
import { perm2String } from '../../common/perm-name.ts'

export type { TopicConfig }

/** A topic with Apache's defaults where `given` says nothing. */
export function newTopicConfig(topicName: string, given: Partial<TopicConfig> = {}): TopicConfig {
  return { ...TopicConfig.fromJson({ topicName }), ...given, topicName }
}

/** As remarks show a topic. Source: common.TopicConfig#toString */
export function topicConfigToString(config: TopicConfig): string {
  const attributes = Array.from(config.attributes, ([key, value]) => `${key}=${value}`)
  return (
    `TopicConfig [topicName=${config.topicName}, readQueueNums=${config.readQueueNums}` +
    `, writeQueueNums=${config.writeQueueNums}, perm=${perm2String(config.perm)}` +
    `, topicFilterType=${config.topicFilterType}, topicSysFlag=${config.topicSysFlag}` +
    `, order=${config.order}, attributes={${attributes.join(', ')}}]`
  )
}

/** The type of a topic's queues; SimpleCQ for a topic that is not known. Source: common.utils.QueueTypeUtils#getCQType */
export function cqTypeOf(config: TopicConfig | undefined): CQType {
  return config?.attributes.get('queue.type') === 'BatchCQ' ? 'BatchCQ' : 'SimpleCQ'
}

const UNIT_FLAG = 1
const UNIT_SUB_FLAG = 2

/** Source: common.sysflag.TopicSysFlag#buildSysFlag */
export function buildTopicSysFlag(unit: boolean, hasUnitSub: boolean): number {
  return (unit ? UNIT_FLAG : 0) | (hasUnitSub ? UNIT_SUB_FLAG : 0)
}

/** Source: common.sysflag.TopicSysFlag#setUnitSubFlag, clearUnitSubFlag */
export function withUnitSubFlag(sysFlag: number, hasUnitSub: boolean): number {
  return hasUnitSub ? sysFlag | UNIT_SUB_FLAG : sysFlag & ~UNIT_SUB_FLAG
}

/** Source: common.TopicConfig#equals */
export function isSameTopicConfig(a: TopicConfig, b: TopicConfig): boolean {
  return TopicConfig.encode(a).equals(TopicConfig.encode(b))
}
