import { CodecError } from '../errors.ts'
import { parseJson } from '../fastjson.ts'
import { stringifyJson } from '../fastjson-writer.ts'
import { flag, int, oneOf, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, table } from '../json-schema.ts'

const TOPIC_FILTER_TYPES = ['SINGLE_TAG', 'MULTI_TAG'] as const

export const TOPIC_CONFIG_FIELDS = {
  /** By bare key; requests say `+key` and `-key` (topic-attributes.ts). */
  attributes: table(text()),
  order: flag(false),
  /** Bits: 4 read, 2 write, 1 inherit. */
  perm: int(6),
  readQueueNums: int(16),
  topicFilterType: oneOf(TOPIC_FILTER_TYPES, 'SINGLE_TAG'),
  topicName: text(),
  /** Bits: 1 unit, 2 unit subscription. */
  topicSysFlag: int(0),
  writeQueueNums: int(16),
} as const

/** One topic as a broker has it, on the wire and in topics.json. Source: common.TopicConfig */
export const TopicConfig = defineBody('TopicConfig', TOPIC_CONFIG_FIELDS)
export type TopicConfig = ValueOf<typeof TopicConfig>

/** Body of 18 UPDATE_AND_CREATE_TOPIC_LIST. */
export const CreateTopicListRequestBody = defineBody('CreateTopicListRequestBody', {
  topicConfigList: list(TopicConfig),
})
export type CreateTopicListRequestBody = ValueOf<typeof CreateTopicListRequestBody>

/**
 * The text form inside a compressed register body: name, queue numbers, perm, filter type and attributes, separated by blanks.
 * It carries neither `order` nor `topicSysFlag`. Apache: common.TopicConfig#encode
 */
export function topicConfigToText(config: TopicConfig): string {
  return [
    config.topicName,
    config.readQueueNums,
    config.writeQueueNums,
    config.perm,
    config.topicFilterType,
    stringifyJson(config.attributes),
  ].join(' ')
}

/**
 * The reverse of topicConfigToText. 4.x brokers write no attributes.
 * @throws CodecError when there are fewer than five fields or a field is not of its kind
 */
export function topicConfigFromText(line: string): TopicConfig {
  const [topicName, readQueueNums, writeQueueNums, perm, topicFilterType, ...rest] = line.split(' ')
  if (topicFilterType === undefined) {
    throw new CodecError(
      `TopicConfig: ${JSON.stringify(line.slice(0, 80))} has fewer than 5 fields`,
    )
  }
  const attributes = rest.join(' ')
  return TopicConfig.fromJson({
    topicName: topicName as string,
    readQueueNums: readQueueNums as string,
    writeQueueNums: writeQueueNums as string,
    perm: perm as string,
    topicFilterType,
    attributes: attributes === '' ? null : parseJson(attributes),
  })
}
