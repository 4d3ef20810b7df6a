import { SubscriptionGroupConfig } from '../../../codec/body/subscription-group-config.ts'

export type { SubscriptionGroupConfig }

/** A group with Apache's defaults where `given` says nothing. */
export function newSubscriptionGroupConfig(
  groupName: string,
  given: Partial<SubscriptionGroupConfig> = {},
): SubscriptionGroupConfig {
  return { ...SubscriptionGroupConfig.fromJson({ groupName }), ...given, groupName }
}
