import { perm2String, PERM_READ_WRITE } from '../../common/perm-name.ts'

/** Source: common.TopicConfig */
export interface TopicConfig {
  attributes: Record<string, string>
  order: boolean
  /** Bits of PermName. */
  perm: number
  readQueueNums: number
  topicFilterType: 'SINGLE_TAG' | 'MULTI_TAG'
  topicName: string
  topicSysFlag: number
  writeQueueNums: number
}

const DEFAULT_QUEUE_NUMS = 16

/** A topic with Apache's defaults where `given` says nothing. Keys stand in the order in which Apache writes them. */
export function newTopicConfig(topicName: string, given: Partial<TopicConfig> = {}): TopicConfig {
  return {
    attributes: given.attributes ?? {},
    order: given.order ?? false,
    perm: given.perm ?? PERM_READ_WRITE,
    readQueueNums: given.readQueueNums ?? DEFAULT_QUEUE_NUMS,
    topicFilterType: given.topicFilterType ?? 'SINGLE_TAG',
    topicName,
    topicSysFlag: given.topicSysFlag ?? 0,
    writeQueueNums: given.writeQueueNums ?? DEFAULT_QUEUE_NUMS,
  }
}

/** As remarks show a topic. Source: common.TopicConfig#toString */
export function topicConfigToString(config: TopicConfig): string {
  const attributes = Object.entries(config.attributes).map(([key, value]) => `${key}=${value}`)
  return (
    `TopicConfig [topicName=${config.topicName}, readQueueNums=${config.readQueueNums}` +
    `, writeQueueNums=${config.writeQueueNums}, perm=${perm2String(config.perm)}` +
    `, topicFilterType=${config.topicFilterType}, topicSysFlag=${config.topicSysFlag}` +
    `, order=${config.order}, attributes={${attributes.join(', ')}}]`
  )
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
