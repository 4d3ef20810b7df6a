import type {
  GroupRetryPolicy,
  SimpleSubscriptionData,
  SubscriptionGroupConfig,
} from '../../codec/body/subscription-group-config.ts'
import { describeMap } from './describe-topic-config.ts'

/** Source: remoting.protocol.subscription.SubscriptionGroupConfig#toString */
export function describeGroupConfig(config: SubscriptionGroupConfig): string {
  return describe('SubscriptionGroupConfig', {
    groupName: config.groupName,
    consumeEnable: config.consumeEnable,
    consumeFromMinEnable: config.consumeFromMinEnable,
    consumeBroadcastEnable: config.consumeBroadcastEnable,
    consumeMessageOrderly: config.consumeMessageOrderly,
    retryQueueNums: config.retryQueueNums,
    retryMaxTimes: config.retryMaxTimes,
    groupRetryPolicy: describeRetryPolicy(config.groupRetryPolicy),
    brokerId: config.brokerId,
    whichBrokerWhenConsumeSlowly: config.whichBrokerWhenConsumeSlowly,
    notifyConsumerIdsChangedEnable: config.notifyConsumerIdsChangedEnable,
    groupSysFlag: config.groupSysFlag,
    consumeTimeoutMinute: config.consumeTimeoutMinute,
    subscriptionDataSet: config.subscriptionDataSet && list(config.subscriptionDataSet),
    attributes: describeMap(config.attributes),
  })
}

/** Source: remoting.protocol.subscription.GroupRetryPolicy#toString */
export function describeRetryPolicy(policy: GroupRetryPolicy): string {
  const { type, exponentialRetryPolicy, customizedRetryPolicy } = policy
  return describe('GroupRetryPolicy', {
    type,
    exponentialRetryPolicy:
      exponentialRetryPolicy &&
      describe('ExponentialRetryPolicy', {
        initial: exponentialRetryPolicy.initial,
        max: exponentialRetryPolicy.max,
        multiplier: exponentialRetryPolicy.multiplier,
      }),
    customizedRetryPolicy:
      customizedRetryPolicy &&
      describe('CustomizedRetryPolicy', { next: `[${customizedRetryPolicy.next.join(', ')}]` }),
  })
}

function list(subscriptions: readonly SimpleSubscriptionData[]): string {
  const each = ({ topic, expressionType, expression, version }: SimpleSubscriptionData): string =>
    describe('SimpleSubscriptionData', { topic, expressionType, expression, version })
  return `[${subscriptions.map(each).join(', ')}]`
}

/** As Guava's MoreObjects.ToStringHelper writes it. */
function describe(
  name: string,
  fields: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}=${value ?? null}`)
  return `${name}{${parts.join(', ')}}`
}
