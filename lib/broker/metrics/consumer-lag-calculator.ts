import type { Clock } from '../../common/clock.ts'
import { isReadable, isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic, buildPopRetryTopicV1, isRetryTopic } from '../topic/topic-names.ts'

export interface ConsumerLagDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerPermission' | 'enableRetryTopicV2' | 'retrieveMessageFromPopRetryTopicV1'
  >
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'subscriptionGroupTable'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'queryPullOffset'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'>
  readonly pops: {
    /** -1 when nothing is known. */
    getLatestOffset(topic: string, group: string, queueId: number): number
    readonly inflight: {
      getGroupPopInFlightMessageNum(topic: string, group: string, queueId: number): number
    }
  }
  readonly clock: Clock
}

/** How far a group is behind in a topic, or in the pop retry topic of one. */
export interface ConsumerLag {
  readonly group: string
  /** The one subscribed to. */
  readonly topic: string
  readonly isRetry: boolean
  /** Messages that are not consumed, those that are with consumers, and those that are not. */
  readonly lag: number
  readonly inflight: number
  readonly ready: number
  /** For how long the oldest one has waited to be consumed, or to be fetched; milliseconds, 0 when none does. */
  readonly lagLatencyMs: number
  readonly queueingLatencyMs: number
}

/** Offsets between which the messages of a queue lie: consumed, fetched, all. */
interface Progress {
  readonly consumed: number
  readonly fetched: number
  readonly max: number
  readonly inflight: number
}

/**
 * The lags of all groups that have members. Unlike Apache's it does not guess how many of the messages pass a filter.
 *
 * Apache: broker.metrics.ConsumerLagCalculator
 */
export class ConsumerLagCalculator {
  readonly #deps: ConsumerLagDeps

  constructor(deps: ConsumerLagDeps) {
    this.#deps = deps
  }

  async calculate(): Promise<ConsumerLag[]> {
    const lags: ConsumerLag[] = []
    const { subscriptionGroupManager, consumerManager } = this.#deps
    for (const group of [...subscriptionGroupManager.subscriptionGroupTable.keys()]) {
      const info = consumerManager.getConsumerGroupInfo(group)
      if (info === undefined) continue
      const isPop = info.consumeType === 'CONSUME_POP'
      for (const topic of [...info.subscriptionTable.keys()]) {
        if (isRetryTopic(topic) || !this.#isOpen(topic)) continue
        lags.push(await this.#lagOf(group, topic, topic, isPop))
        if (isPop) lags.push(await this.#lagOf(group, topic, this.#retryTopic(group, topic), true))
      }
    }
    return lags
  }

  #isOpen(topic: string): boolean {
    const { topicConfigManager, brokerConfig } = this.#deps
    const config = topicConfigManager.selectTopicConfig(topic)
    if (config === undefined) return false
    const perm = config.perm & brokerConfig.brokerPermission
    return isReadable(perm) || isWriteable(perm)
  }

  /** undefined when there is none yet. */
  #retryTopic(group: string, topic: string): string | undefined {
    const { enableRetryTopicV2, retrieveMessageFromPopRetryTopicV1 } = this.#deps.brokerConfig
    const names = [buildPopRetryTopic(topic, group, enableRetryTopicV2)]
    if (enableRetryTopicV2 && retrieveMessageFromPopRetryTopicV1) {
      names.push(buildPopRetryTopicV1(topic, group))
    }
    return names.find((name) => this.#isOpen(name))
  }

  /** Of the queues of `readTopic`. */
  async #lagOf(
    group: string,
    topic: string,
    readTopic: string | undefined,
    isPop: boolean,
  ): Promise<ConsumerLag> {
    const sum = { lag: 0, inflight: 0, ready: 0 }
    let consumedMs = Infinity
    let fetchedMs = Infinity
    const config =
      readTopic === undefined
        ? undefined
        : this.#deps.topicConfigManager.selectTopicConfig(readTopic)
    for (let queueId = 0; queueId < (config?.writeQueueNums ?? 0); queueId++) {
      const read = readTopic as string
      const queue = isPop
        ? this.#popProgress(group, read, queueId)
        : this.#pullProgress(group, read, queueId)
      sum.lag += Math.max(queue.max - queue.consumed, 0)
      sum.inflight += queue.inflight
      sum.ready += Math.max(queue.max - queue.fetched, 0)
      consumedMs = Math.min(consumedMs, await this.#timeOf(read, queueId, queue.consumed, queue))
      fetchedMs = Math.min(fetchedMs, await this.#timeOf(read, queueId, queue.fetched, queue))
    }
    const lagLatencyMs = this.#since(consumedMs)
    const queueingLatencyMs = this.#since(fetchedMs)
    return { group, topic, isRetry: topic !== readTopic, ...sum, lagLatencyMs, queueingLatencyMs }
  }

  #pullProgress(group: string, topic: string, queueId: number): Progress {
    const { consumerOffsetManager, messageStore } = this.#deps
    const max = messageStore.getMaxOffsetInQueue(topic, queueId)
    const pulled = consumerOffsetManager.queryPullOffset(group, topic, queueId)
    const committed = consumerOffsetManager.queryOffset(group, topic, queueId)
    const consumed = committed < 0 ? max : committed
    const fetched = pulled < 0 ? max : pulled
    const inflight = committed < 0 || pulled < 0 ? 0 : Math.max(pulled - committed, 0)
    return { consumed, fetched, max, inflight }
  }

  #popProgress(group: string, topic: string, queueId: number): Progress {
    const { consumerOffsetManager, messageStore, pops } = this.#deps
    const max = messageStore.getMaxOffsetInQueue(topic, queueId)
    const latest = pops.getLatestOffset(topic, group, queueId)
    const popped = latest < 0 ? consumerOffsetManager.queryOffset(group, topic, queueId) : latest
    const fetched = popped < 0 ? max : popped
    const inflight = pops.inflight.getGroupPopInFlightMessageNum(topic, group, queueId)
    return { consumed: fetched - inflight, fetched, max, inflight }
  }

  /** When a message was stored; Infinity when there is none. */
  async #timeOf(topic: string, queueId: number, offset: number, { max }: Progress) {
    if (offset < 0 || offset >= max) return Infinity
    const ms = await this.#deps.messageStore.getMessageStoreTimestamp(topic, queueId, offset)
    return ms > 0 ? ms : Infinity
  }

  #since(ms: number): number {
    return ms === Infinity ? 0 : this.#deps.clock.now() - ms
  }
}
