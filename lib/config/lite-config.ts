import type { ConfigOf } from './option.ts'
import { INT_MAX, boolean, int, long } from './option.ts'

/** Keys, types and defaults of Apache 5.5.0, which 5.3.3 has not got. Apache: common.BrokerConfig */
export const LITE_OPTIONS = {
  enableLiteEventMode: boolean(true, {
    text: 'Note for each client which lite topics have messages for it. Otherwise its pops look at all that it is subscribed to, and are not woken.',
  }),
  liteEventCheckInterval: long(10_000, {
    min: 1,
    text: 'How often clients that have gone silent, and delayed dispatches, are looked for.',
  }),
  liteTtlCheckInterval: long(120_000, {
    min: 1,
    text: 'How often lite topics are looked for whose time to live (`lite.topic.expiration` of their parent) is over.',
  }),
  minLiteTTl: long(900_000, {
    text: 'No lite topic is removed so soon after its last message, nor after the start of the broker.',
  }),
  liteSubscriptionCheckInterval: long(120_000, {
    min: 1,
    text: 'How often subscriptions to lite topics are looked for that have not been renewed.',
  }),
  liteSubscriptionCheckTimeoutMills: long(180_000, {
    text: 'Subscriptions of a client end when it has not renewed them for so long.',
  }),
  maxLiteSubscriptionCount: long(100_000, {
    text: 'Subscriptions of clients to lite topics; more are refused with 2018.',
  }),
  enableLitePopLog: boolean(false),
  maxClientEventCount: int(100, {
    min: 1,
    text: 'Lite topics noted for a client at a time, where its group does not say (`lite.sub.client.max.event.cnt`).',
  }),
  liteEventFullDispatchDelayTime: long(10_000, {
    text: 'When no more can be noted for a client, its lite topics are looked through so much later.',
  }),
  liteEventFullDispatchDelayTimeForWildcardGroup: long(10_000, {
    text: 'The same of a group that reads all lite topics of its parent (`lite.sub.wildcard`).',
  }),
  liteLagLatencyCollectEnable: boolean(false, {
    text: 'Note the oldest messages that groups have not got, for GET_LITE_GROUP_INFO.',
  }),
  liteLagLatencyMetricsEnable: boolean(false),
  liteLagCountMetricsEnable: boolean(false),
  liteLagLatencyTopK: int(50, {
    min: 1,
    max: INT_MAX,
    text: 'Lite topics of a group for which that is noted.',
  }),
}

export type LiteConfig = ConfigOf<typeof LITE_OPTIONS>
