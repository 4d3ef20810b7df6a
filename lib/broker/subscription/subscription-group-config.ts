/** How long pop consumers of a group wait between attempts. Source: remoting.protocol.subscription.GroupRetryPolicy */
export interface GroupRetryPolicy {
  type: string
  customizedRetryPolicy?: { next: number[] }
  exponentialRetryPolicy?: { initial: number; max: number; multiplier: number }
}

/** Source: remoting.protocol.subscription.SubscriptionGroupConfig */
export interface SubscriptionGroupConfig {
  attributes: Record<string, string>
  brokerId: number
  consumeBroadcastEnable: boolean
  consumeEnable: boolean
  consumeFromMinEnable: boolean
  consumeMessageOrderly: boolean
  consumeTimeoutMinute: number
  groupName: string
  groupRetryPolicy: GroupRetryPolicy
  groupSysFlag: number
  notifyConsumerIdsChangedEnable: boolean
  retryMaxTimes: number
  retryQueueNums: number
  subscriptionDataSet?: unknown[] | undefined
  whichBrokerWhenConsumeSlowly: number
}

/** A group with Apache's defaults where `given` says nothing. Keys stand in the order in which Apache writes them. */
export function newSubscriptionGroupConfig(
  groupName: string,
  given: Partial<SubscriptionGroupConfig> = {},
): SubscriptionGroupConfig {
  const config: SubscriptionGroupConfig = {
    attributes: given.attributes ?? {},
    brokerId: given.brokerId ?? 0,
    consumeBroadcastEnable: given.consumeBroadcastEnable ?? true,
    consumeEnable: given.consumeEnable ?? true,
    consumeFromMinEnable: given.consumeFromMinEnable ?? true,
    consumeMessageOrderly: given.consumeMessageOrderly ?? false,
    consumeTimeoutMinute: given.consumeTimeoutMinute ?? 15,
    groupName,
    groupRetryPolicy: given.groupRetryPolicy ?? { type: 'CUSTOMIZED' },
    groupSysFlag: given.groupSysFlag ?? 0,
    notifyConsumerIdsChangedEnable: given.notifyConsumerIdsChangedEnable ?? true,
    retryMaxTimes: given.retryMaxTimes ?? 16,
    retryQueueNums: given.retryQueueNums ?? 1,
    whichBrokerWhenConsumeSlowly: given.whichBrokerWhenConsumeSlowly ?? 1,
  }
  if (given.subscriptionDataSet !== undefined) {
    config.subscriptionDataSet = given.subscriptionDataSet
  }
  return config
}
