import { PERM_READ_WRITE } from '../../common/perm-name.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { isLmq } from '../../common/light-message-queue.ts'
import { newTopicConfig, type TopicConfig } from './topic-config.ts'
import { TopicConfigManager, type TopicConfigManagerDeps } from './topic-config-manager.ts'

/**
 * Every light message queue is a topic of one queue, without being stored as one.
 *
 * Apache: broker.topic.LmqTopicConfigManager
 */
export class LmqTopicConfigManager extends TopicConfigManager {
  override selectTopicConfig(topic: string): TopicConfig | undefined {
    if (!isLmq(topic)) return super.selectTopicConfig(topic)
    return newTopicConfig(topic, { readQueueNums: 1, writeQueueNums: 1, perm: PERM_READ_WRITE })
  }

  override containsTopic(topic: string): boolean {
    return isLmq(topic) || super.containsTopic(topic)
  }

  override updateTopicConfigList(topicConfigs: readonly TopicConfig[]): void {
    super.updateTopicConfigList(topicConfigs.filter(({ topicName }) => !isLmq(topicName)))
  }
}

/** The manager of topics that the configuration asks for. */
export function createTopicConfigManager(
  deps: TopicConfigManagerDeps & { readonly storeConfig: Pick<MessageStoreConfig, 'enableLmq'> },
): TopicConfigManager {
  return deps.storeConfig.enableLmq ? new LmqTopicConfigManager(deps) : new TopicConfigManager(deps)
}
