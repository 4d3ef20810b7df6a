import { getOrAdd } from '../../common/maps.ts'
import type { LiteConfig } from '../../config/lite-config.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { TopicConfig } from '../topic/topic-config.ts'

export interface LiteMetadataDeps {
  readonly liteConfig: Pick<LiteConfig, 'maxClientEventCount'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig' | 'topicConfigTable'>
  readonly subscriptionGroupManager: Pick<
    SubscriptionGroupManager,
    'findSubscriptionGroupConfig' | 'subscriptionGroupTable'
  >
}

const INTEGER = /^-?\d{1,10}$/

/** True for a topic that has lite topics. */
export function isLiteParent(config: TopicConfig | undefined): boolean {
  return config?.attributes.get('message.type') === 'LITE'
}

/** How many minutes the lite topics of a topic live after their last message; -1 for ever. */
export function liteTopicExpirationOf(config: TopicConfig): number {
  const minutes = config.attributes.get('lite.topic.expiration')
  return isLiteParent(config) ? integerOf(minutes) : -1
}

function integerOf(text: string | undefined): number {
  return text !== undefined && INTEGER.test(text) ? Number(text) : -1
}

/** What the attributes of topics and groups say about lite topics. Apache: broker.lite.LiteMetadataUtil */
export class LiteMetadata {
  readonly #deps: LiteMetadataDeps

  constructor(deps: LiteMetadataDeps) {
    this.#deps = deps
  }

  isLiteMessageType(parentTopic: string): boolean {
    return isLiteParent(this.#deps.topicConfigManager.selectTopicConfig(parentTopic))
  }

  isConsumeEnable(group: string): boolean {
    return this.#group(group)?.consumeEnable === true
  }

  /** The one topic whose lite topics a group may read. */
  bindTopicOf(group: string): string | undefined {
    return this.#attribute(group, 'lite.bind.topic')
  }

  /** True: a lite topic has one client of the group at a time, the last that subscribed to it. */
  isSubLiteExclusive(group: string): boolean {
    return this.#attribute(group, 'lite.sub.model') === 'Exclusive'
  }

  /** True: the client to which a lite topic goes over begins it anew. */
  isResetOffsetInExclusiveMode(group: string): boolean {
    return this.#attribute(group, 'lite.sub.reset.offset.exclusive')?.toLowerCase() === 'true'
  }

  isResetOffsetOnUnsubscribe(group: string): boolean {
    return this.#attribute(group, 'lite.sub.reset.offset.unsubscribe')?.toLowerCase() === 'true'
  }

  /** How many lite topics are noted for a client of a group. */
  maxClientEventCount(group: string): number {
    const count = integerOf(this.#attribute(group, 'lite.sub.client.max.event.cnt'))
    return count > 0 ? count : this.#deps.liteConfig.maxClientEventCount
  }

  /** True: the group reads all lite topics of its parent. */
  isWildcardGroup(group: string): boolean {
    return this.#attribute(group, 'lite.sub.wildcard') !== undefined
  }

  /** The minutes that lite topics live, by parent; -1 for ever. */
  topicTtlMap(): Map<string, number> {
    const parents = [...this.#deps.topicConfigManager.topicConfigTable.values()].filter(
      isLiteParent,
    )
    return new Map(parents.map((config) => [config.topicName, liteTopicExpirationOf(config)]))
  }

  /** The groups that may read the lite topics of each parent. */
  subscriberGroupMap(): Map<string, string[]> {
    const groups = new Map<string, string[]>()
    for (const config of this.#deps.subscriptionGroupManager.subscriptionGroupTable.values()) {
      const parent = config.attributes.get('lite.bind.topic')
      if (parent !== undefined) getOrAdd(groups, parent, () => []).push(config.groupName)
    }
    return groups
  }

  #attribute(group: string, name: string): string | undefined {
    return this.#group(group)?.attributes.get(name)
  }

  #group(group: string) {
    return this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
  }
}
