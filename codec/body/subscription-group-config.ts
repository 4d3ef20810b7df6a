import { flag, int, long, oneOf, optional, orElse, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { DataVersion, noDataVersion } from './data-version.ts'

/** When a message that was not consumed comes again; times are milliseconds. Source: remoting.protocol.subscription */
const GroupRetryPolicy = object({
  customizedRetryPolicy: optional(object({ next: list(long()) })),
  exponentialRetryPolicy: optional(
    object({ initial: long(5000), max: long(7_200_000), multiplier: long(2) }),
  ),
  type: oneOf(['CUSTOMIZED', 'EXPONENTIAL'], 'CUSTOMIZED'),
})
export type GroupRetryPolicy = ValueOf<typeof GroupRetryPolicy>

const SimpleSubscriptionData = object({
  expression: optional(text()),
  expressionType: optional(text()),
  topic: text(),
  version: long(0),
})
export type SimpleSubscriptionData = ValueOf<typeof SimpleSubscriptionData>

/**
 * One consumer group as a broker has it, on the wire and in subscriptionGroup.json.
 * Source: remoting.protocol.subscription.SubscriptionGroupConfig
 */
export const SubscriptionGroupConfig = defineBody('SubscriptionGroupConfig', {
  attributes: table(text()),
  brokerId: long(0),
  consumeBroadcastEnable: flag(true),
  consumeEnable: flag(true),
  consumeFromMinEnable: flag(true),
  consumeMessageOrderly: flag(false),
  consumeTimeoutMinute: int(15),
  groupName: text(),
  groupRetryPolicy: orElse<GroupRetryPolicy>(GroupRetryPolicy, () => ({ type: 'CUSTOMIZED' })),
  groupSysFlag: int(0),
  notifyConsumerIdsChangedEnable: flag(true),
  retryMaxTimes: int(16),
  retryQueueNums: int(1),
  subscriptionDataSet: optional(list(SimpleSubscriptionData)),
  whichBrokerWhenConsumeSlowly: long(1),
})
export type SubscriptionGroupConfig = ValueOf<typeof SubscriptionGroupConfig>

/** Body of 225 UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST. */
export const SubscriptionGroupList = defineBody('SubscriptionGroupList', {
  groupConfigList: list(SubscriptionGroupConfig),
})
export type SubscriptionGroupList = ValueOf<typeof SubscriptionGroupList>

/** Answer to 201 and the content of subscriptionGroup.json. Source: broker.subscription.SubscriptionGroupManager */
export const SubscriptionGroupWrapper = defineBody('SubscriptionGroupWrapper', {
  dataVersion: orElse(DataVersion, noDataVersion),
  /** Group, then topic, to bits of what is forbidden. */
  forbiddenTable: table(table(int())),
  subscriptionGroupTable: table(SubscriptionGroupConfig),
})
export type SubscriptionGroupWrapper = ValueOf<typeof SubscriptionGroupWrapper>
