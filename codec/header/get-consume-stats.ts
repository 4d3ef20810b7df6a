import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 208 GET_CONSUME_STATS; `topicList` is separated by semicolons. */
export const GetConsumeStatsRequestHeader = defineHeader('GetConsumeStatsRequestHeader', {
  consumerGroup: required('string'),
  topic: optional('string'),
  topicList: optional('string'),
  ...TOPIC_RPC_FIELDS,
})
export type GetConsumeStatsRequestHeader = HeaderOf<typeof GetConsumeStatsRequestHeader>

/** Code 317 GET_BROKER_CONSUME_STATS. */
export const GetConsumeStatsInBrokerHeader = defineHeader('GetConsumeStatsInBrokerHeader', {
  isOrder: required('boolean'),
})
export type GetConsumeStatsInBrokerHeader = HeaderOf<typeof GetConsumeStatsInBrokerHeader>
