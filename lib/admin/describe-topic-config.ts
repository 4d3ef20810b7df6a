import type { TopicConfig } from '../../codec/body/topic-config.ts'
import { perm2String } from '../common/perm-name.ts'

/** Source: common.TopicConfig#toString */
export function describeTopicConfig(config: TopicConfig): string {
  const { topicName, readQueueNums, writeQueueNums, perm, topicFilterType } = config
  const fields = [
    `topicName=${topicName}`,
    `readQueueNums=${readQueueNums}`,
    `writeQueueNums=${writeQueueNums}`,
    `perm=${perm2String(perm)}`,
    `topicFilterType=${topicFilterType}`,
    `topicSysFlag=${config.topicSysFlag}`,
    `order=${config.order}`,
    `attributes=${describeMap(config.attributes)}`,
  ]
  return `TopicConfig [${fields.join(', ')}]`
}

/** As java.util.Map#toString. */
export function describeMap(map: ReadonlyMap<string | number, string | number>): string {
  return `{${Array.from(map, ([key, value]) => `${key}=${value}`).join(', ')}}`
}
