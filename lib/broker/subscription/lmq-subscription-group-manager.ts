import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { isLmq } from '../../common/light-message-queue.ts'
import {
  newSubscriptionGroupConfig,
  type SubscriptionGroupConfig,
} from './subscription-group-config.ts'
import {
  SubscriptionGroupManager,
  type SubscriptionGroupManagerDeps,
} from './subscription-group-manager.ts'

/**
 * Every group whose name is that of a light message queue exists, with the default settings, without being stored.
 *
 * Apache: broker.subscription.LmqSubscriptionGroupManager
 */
export class LmqSubscriptionGroupManager extends SubscriptionGroupManager {
  override findSubscriptionGroupConfig(group: string): SubscriptionGroupConfig | undefined {
    if (!isLmq(group)) return super.findSubscriptionGroupConfig(group)
    return newSubscriptionGroupConfig(group)
  }

  override containsSubscriptionGroup(group: string): boolean {
    return isLmq(group) || super.containsSubscriptionGroup(group)
  }

  override updateSubscriptionGroupConfigList(configs: readonly SubscriptionGroupConfig[]): void {
    super.updateSubscriptionGroupConfigList(configs.filter(({ groupName }) => !isLmq(groupName)))
  }
}

/** The manager of groups that the configuration asks for. */
export function createSubscriptionGroupManager(
  deps: SubscriptionGroupManagerDeps & {
    readonly storeConfig: Pick<MessageStoreConfig, 'enableLmq'>
  },
): SubscriptionGroupManager {
  return deps.storeConfig.enableLmq
    ? new LmqSubscriptionGroupManager(deps)
    : new SubscriptionGroupManager(deps)
}
