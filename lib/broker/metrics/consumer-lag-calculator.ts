import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../common/clock.ts'
import { isReadable, isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageFilter, MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic, buildPopRetryTopicV1, isRetryTopic } from '../topic/topic-names.ts'
import type { LagSubscriptions } from './lag-subscriptions.ts'

export interface ConsumerLagDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerPermission' | 'enableRetryTopicV2' | 'retrieveMessageFromPopRetryTopicV1'
  >
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'subscriptionGroupTable'>
  readonly subscriptions: LagSubscriptions
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'queryPullOffset'>
  readonly messageStore: Pick<
    MessageStore,
    'estimateMessageCount' | 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'
  >
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
  /** Popped and not acknowledged: messages, those that are consumed meanwhile too. undefined for pulls. */
  readonly popped: number | undefined
}

/**
 * The lags of all groups of which is known what they want. What their filters do not let pass does not count.
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
    const { subscriptionGroupManager, subscriptions } = this.#deps
    for (const group of [...subscriptionGroupManager.subscriptionGroupTable.keys()]) {
      // What lies in memory is read at once: requests must not wait until the lags of all groups are known.
      await nextTurn()
      const isPop = subscriptions.isPop(group)
      for (const topic of subscriptions.topicsOf(group)) {
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
      const counts = await this.#count(group, read, queueId, queue)
      sum.lag += counts.lag
      sum.inflight += counts.inflight
      sum.ready += counts.ready
      consumedMs = Math.min(consumedMs, await this.#timeOf(read, queueId, queue.consumed, queue))
      fetchedMs = Math.min(fetchedMs, await this.#timeOf(read, queueId, queue.fetched, queue))
    }
    const lagLatencyMs = this.#since(consumedMs)
    const queueingLatencyMs = this.#since(fetchedMs)
    return { group, topic, isRetry: topic !== readTopic, ...sum, lagLatencyMs, queueingLatencyMs }
  }

  async #count(group: string, topic: string, queueId: number, queue: Progress) {
    const filter = this.#deps.subscriptions.filterOf(group, topic)
    const between = (from: number, to: number) => this.#between(topic, queueId, from, to, filter)
    const { consumed, fetched, max, popped } = queue
    const ready = await between(fetched, max)
    if (popped !== undefined) return { lag: ready + popped, inflight: popped, ready }
    return { lag: await between(consumed, max), inflight: await between(consumed, fetched), ready }
  }

  async #between(
    topic: string,
    queueId: number,
    from: number,
    to: number,
    filter: MessageFilter | undefined,
  ): Promise<number> {
    if (from >= to) return 0
    if (filter === undefined) return to - from
    return this.#deps.messageStore.estimateMessageCount(topic, queueId, from, to, filter)
  }

  #pullProgress(group: string, topic: string, queueId: number): Progress {
    const { consumerOffsetManager, messageStore } = this.#deps
    const max = messageStore.getMaxOffsetInQueue(topic, queueId)
    const pulled = consumerOffsetManager.queryPullOffset(group, topic, queueId)
    const committed = consumerOffsetManager.queryOffset(group, topic, queueId)
    const consumed = committed < 0 ? max : committed
    const fetched = pulled < 0 ? max : pulled
    return { consumed, fetched, max, popped: undefined }
  }

  #popProgress(group: string, topic: string, queueId: number): Progress {
    const { consumerOffsetManager, messageStore, pops } = this.#deps
    const max = messageStore.getMaxOffsetInQueue(topic, queueId)
    const latest = pops.getLatestOffset(topic, group, queueId)
    const popped = latest < 0 ? consumerOffsetManager.queryOffset(group, topic, queueId) : latest
    const fetched = popped < 0 ? max : popped
    const inflight = pops.inflight.getGroupPopInFlightMessageNum(topic, group, queueId)
    return { consumed: fetched - inflight, fetched, max, popped: inflight }
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
