import { flag, int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { OffsetWrapper } from './consume-stats.ts'
import { TopicOffset } from './topic-stats.ts'

/*
 * What a broker tells of its lite topics, since 5.5.0. Times are milliseconds since 1970, -1 where there are none; the time to live
 * of a parent's lite topics is in minutes, -1 for no end.
 */

/** Answer to 200074. `groupMeta` has the groups of each parent. */
export const GetBrokerLiteInfoResponseBody = defineBody('GetBrokerLiteInfoResponseBody', {
  cqTableSize: int(0),
  currentLmqNum: int(0),
  eventMapSize: int(0),
  groupMeta: table(list(text())),
  liteSubscriptionCount: int(0),
  maxLmqNum: int(0),
  offsetTableSize: int(0),
  orderInfoCount: int(0),
  storeType: optional(text()),
  topicMeta: table(int()),
})
export type GetBrokerLiteInfoResponseBody = ValueOf<typeof GetBrokerLiteInfoResponseBody>

/** Answer to 200075. */
export const GetParentTopicInfoResponseBody = defineBody('GetParentTopicInfoResponseBody', {
  groups: optional(list(text())),
  liteTopicCount: int(0),
  lmqNum: int(0),
  topic: text(),
  ttl: int(0),
})
export type GetParentTopicInfoResponseBody = ValueOf<typeof GetParentTopicInfoResponseBody>

const Subscriber = object({ clientId: text(), group: text() })

/** Answer to 200076. A group that reads all lite topics of its parent has the client `*`. */
export const GetLiteTopicInfoResponseBody = defineBody('GetLiteTopicInfoResponseBody', {
  liteTopic: optional(text()),
  parentTopic: text(),
  shardingToBroker: flag(false),
  subscriber: list(Subscriber),
  topicOffset: TopicOffset,
})
export type GetLiteTopicInfoResponseBody = ValueOf<typeof GetLiteTopicInfoResponseBody>

/** Answer to 200077. `liteTopicSet` has the names of the queues. */
export const GetLiteClientInfoResponseBody = defineBody('GetLiteClientInfoResponseBody', {
  clientId: optional(text()),
  group: text(),
  lastAccessTime: long(-1),
  lastConsumeTime: long(0),
  liteTopicCount: int(0),
  liteTopicSet: optional(list(text())),
  parentTopic: text(),
})
export type GetLiteClientInfoResponseBody = ValueOf<typeof GetLiteClientInfoResponseBody>

/** How far a group is behind in one lite topic. Source: common.lite.LiteLagInfo */
const LiteLagInfo = object({
  earliestUnconsumedTimestamp: long(-1),
  lagCount: long(0),
  liteTopic: optional(text()),
})
export type LiteLagInfo = ValueOf<typeof LiteLagInfo>

/** Answer to 200078: of one lite topic, with its offsets, or of all, with those that are furthest behind. */
export const GetLiteGroupInfoResponseBody = defineBody('GetLiteGroupInfoResponseBody', {
  earliestUnconsumedTimestamp: long(-1),
  group: text(),
  lagCountTopK: optional(list(LiteLagInfo)),
  lagTimestampTopK: optional(list(LiteLagInfo)),
  liteTopic: optional(text()),
  liteTopicOffsetWrapper: optional(OffsetWrapper),
  parentTopic: text(),
  totalLagCount: long(0),
})
export type GetLiteGroupInfoResponseBody = ValueOf<typeof GetLiteGroupInfoResponseBody>
