import { long, orElse, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, numberTable, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'

/** Answer to 43 and the content of consumerOffset.json. Source: broker.offset.ConsumerOffsetManager */
export const ConsumerOffsetSerializeWrapper = defineBody('ConsumerOffsetSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  /** Group to topics; follows from the offsets. */
  groupTopicMap: table(list(text())),
  /** `topic@group`, then queue id, to the next offset to consume. */
  offsetTable: table(numberTable(long())),
})
export type ConsumerOffsetSerializeWrapper = ValueOf<typeof ConsumerOffsetSerializeWrapper>

/** The content of lmqConsumerOffset.json. Source: broker.offset.LmqConsumerOffsetManager */
export const LmqConsumerOffsetSerializeWrapper = defineBody('LmqConsumerOffsetSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  groupTopicMap: table(list(text())),
  /** `topic@group` to the next offset to consume, of groups named as light message queues. */
  lmqOffsetTable: table(long()),
  offsetTable: table(numberTable(long())),
})
export type LmqConsumerOffsetSerializeWrapper = ValueOf<typeof LmqConsumerOffsetSerializeWrapper>

/** Answer to 45 and the content of delayOffset.json. Source: broker.schedule.DelayOffsetSerializeWrapper */
export const DelayOffsetSerializeWrapper = defineBody('DelayOffsetSerializeWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  /** Delay level to the next offset in its queue of SCHEDULE_TOPIC_XXXX. */
  offsetTable: numberTable(long()),
})
export type DelayOffsetSerializeWrapper = ValueOf<typeof DelayOffsetSerializeWrapper>
