import type {
  GroupRetryPolicy,
  SimpleSubscriptionData,
  SubscriptionGroupConfig,
} from '../../codec/body/subscription-group-config.ts'
import { describeMap } from './describe-topic-config.ts'

type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** The fields of a group's settings as Apache prints them; undefined is null there. */
export function fieldsOfGroupConfig(config: SubscriptionGroupConfig): Fields {
  return {
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
  }
}

/** Source: remoting.protocol.subscription.SubscriptionGroupConfig#toString */
export function describeGroupConfig(config: SubscriptionGroupConfig): string {
  return describe('SubscriptionGroupConfig', fieldsOfGroupConfig(config))
}

/** Source: remoting.protocol.subscription.GroupRetryPolicy#toString */
function describeRetryPolicy(policy: GroupRetryPolicy): string {
  const { type, exponentialRetryPolicy: exponential, customizedRetryPolicy: customized } = policy
  return describe('GroupRetryPolicy', {
    type,
    exponentialRetryPolicy:
      exponential &&
      describe('ExponentialRetryPolicy', {
        initial: exponential.initial,
        max: exponential.max,
        multiplier: exponential.multiplier,
      }),
    customizedRetryPolicy:
      customized && describe('CustomizedRetryPolicy', { next: `[${customized.next.join(', ')}]` }),
  })
}

function list(subscriptions: readonly SimpleSubscriptionData[]): string {
  const each = ({ topic, expressionType, expression, version }: SimpleSubscriptionData): string =>
    describe('SimpleSubscriptionData', { topic, expressionType, expression, version })
  return `[${subscriptions.map(each).join(', ')}]`
}

/** As Guava's MoreObjects.ToStringHelper writes it. */
function describe(name: string, fields: Fields): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}=${value ?? null}`)
  return `${name}{${parts.join(', ')}}`
}
