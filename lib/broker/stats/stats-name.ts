/** Names of statistics, as VIEW_BROKER_STATS_DATA asks for them. Source: common.stats.Stats, store.stats.BrokerStatsManager */
export const StatsName = {
  QUEUE_PUT_NUMS: 'QUEUE_PUT_NUMS',
  QUEUE_PUT_SIZE: 'QUEUE_PUT_SIZE',
  QUEUE_GET_NUMS: 'QUEUE_GET_NUMS',
  QUEUE_GET_SIZE: 'QUEUE_GET_SIZE',
  TOPIC_PUT_NUMS: 'TOPIC_PUT_NUMS',
  TOPIC_PUT_SIZE: 'TOPIC_PUT_SIZE',
  TOPIC_PUT_LATENCY: 'TOPIC_PUT_LATENCY',
  GROUP_GET_NUMS: 'GROUP_GET_NUMS',
  GROUP_GET_SIZE: 'GROUP_GET_SIZE',
  GROUP_GET_LATENCY: 'GROUP_GET_LATENCY',
  GROUP_ACK_NUMS: 'GROUP_ACK_NUMS',
  GROUP_CK_NUMS: 'GROUP_CK_NUMS',
  SNDBCK_PUT_NUMS: 'SNDBCK_PUT_NUMS',
  SNDBCK2DLQ_TIMES: 'SNDBCK2DLQ_TIMES',
  BROKER_PUT_NUMS: 'BROKER_PUT_NUMS',
  BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC: 'BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC',
  BROKER_GET_NUMS: 'BROKER_GET_NUMS',
  BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC: 'BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC',
  BROKER_ACK_NUMS: 'BROKER_ACK_NUMS',
  BROKER_CK_NUMS: 'BROKER_CK_NUMS',
  CONSUMER_REGISTER_TIME: 'CONSUMER_REGISTER_TIME',
  PRODUCER_REGISTER_TIME: 'PRODUCER_REGISTER_TIME',
  CHANNEL_ACTIVITY: 'CHANNEL_ACTIVITY',
} as const
export type StatsName = (typeof StatsName)[keyof typeof StatsName]

/** Those that are forgotten when nothing has been added for maxStatsIdleTimeInMinutes. */
export const IDLE_CLEANED_STATS: readonly StatsName[] = [
  StatsName.TOPIC_PUT_NUMS,
  StatsName.TOPIC_PUT_SIZE,
  StatsName.GROUP_GET_NUMS,
  StatsName.GROUP_GET_SIZE,
  StatsName.SNDBCK_PUT_NUMS,
  StatsName.GROUP_GET_LATENCY,
]

/** Those whose keys name a group, at the end. */
export const GROUP_STATS: readonly StatsName[] = [
  StatsName.GROUP_GET_NUMS,
  StatsName.GROUP_GET_SIZE,
  StatsName.GROUP_GET_LATENCY,
  StatsName.GROUP_ACK_NUMS,
  StatsName.GROUP_CK_NUMS,
  StatsName.QUEUE_GET_NUMS,
  StatsName.QUEUE_GET_SIZE,
  StatsName.SNDBCK_PUT_NUMS,
]

/** Those whose keys name a topic, at the beginning or behind a queue. */
export const TOPIC_STATS: readonly StatsName[] = [
  ...GROUP_STATS,
  StatsName.TOPIC_PUT_NUMS,
  StatsName.TOPIC_PUT_SIZE,
  StatsName.TOPIC_PUT_LATENCY,
  StatsName.QUEUE_PUT_NUMS,
  StatsName.QUEUE_PUT_SIZE,
]
