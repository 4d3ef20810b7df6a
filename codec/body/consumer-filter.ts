import { flag, int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'

/** Source: filter module, util.BloomFilterData */
const BloomFilterData = object({
  bitNum: int(0),
  bitPos: list(int()),
})

/** Source: broker.filter.ConsumerFilterData */
export const ConsumerFilterJson = object({
  bloomFilterData: optional(BloomFilterData),
  bornTime: long(0),
  clientVersion: long(0),
  consumerGroup: text(),
  /** Follows from the times. */
  dead: flag(false),
  deadTime: long(0),
  expression: text(),
  expressionType: text(),
  topic: text(),
})
export type ConsumerFilterJson = ValueOf<typeof ConsumerFilterJson>

/** The content of consumerFilter.json: by topic, then group. Source: broker.filter.ConsumerFilterManager */
export const ConsumerFilterWrapper = defineBody('ConsumerFilterWrapper', {
  filterDataByTopic: table(object({ groupFilterData: table(ConsumerFilterJson), topic: text() })),
})
export type ConsumerFilterWrapper = ValueOf<typeof ConsumerFilterWrapper>
