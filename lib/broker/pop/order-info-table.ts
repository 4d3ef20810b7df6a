import { queueIdOrderCountInfo, queueOffsetOrderCountInfo } from '../../../codec/pop-extra-info.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import { splitTopicAtGroup, topicAtGroup } from '../offset/topic-at-group.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import {
  ackOffset,
  mergeOffsetConsumedCount,
  needBlock,
  newOrderInfo,
  nextOffsetOf,
  type OrderedPop,
  type OrderInfo,
} from './order-info.ts'

export interface OrderInfoTableDeps {
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'containsSubscriptionGroup'>
  readonly clock: Clock
  readonly logger: Logger
}

/** What `commitAndNext` answers instead of an offset. */
export const CommitResult = {
  /** The message is none of those that were popped. */
  ILLEGAL: -1,
  /** The acknowledgement belongs to an earlier pop. */
  STALE: -2,
} as const

/** Queues are forgotten when so long nothing was popped. */
const CLEAN_SPAN_MS = 24 * 3600 * 1000

/** By topic and group, then queue. */
export type OrderInfos = Map<string, Map<number, OrderInfo>>

/**
 * What was popped in order and is not acknowledged in full, in memory.
 *
 * Apache: broker.offset.ConsumerOrderInfoManager; in 5.5.0 broker.pop.orderly.QueueLevelConsumerManager
 */
export abstract class OrderInfoTable {
  readonly #deps: OrderInfoTableDeps
  #infos: OrderInfos = new Map()

  constructor(deps: OrderInfoTableDeps) {
    this.#deps = deps
  }

  /** Something about a queue has changed; `info` is undefined when nothing of it is left. */
  protected abstract changed(
    topic: string,
    group: string,
    queueId: number,
    info: OrderInfo | undefined,
  ): void

  protected get infos(): OrderInfos {
    return this.#infos
  }

  protected set infos(infos: OrderInfos) {
    this.#infos = infos
  }

  /** Notes a pop. Returns the entries of orderCountInfo: how often its messages were popped before. */
  update(topic: string, group: string, queueId: number, pop: OrderedPop): string[] {
    const queues = getOrAdd(this.#infos, topicAtGroup(topic, group), newQueues)
    const previous = queues.get(queueId)
    const info = newOrderInfo(pop)
    if (previous !== undefined) mergeOffsetConsumedCount(info, previous)
    queues.set(queueId, info)
    this.changed(topic, group, queueId, info)
    return orderCountInfoOf(topic, queueId, info)
  }

  /** Whether a queue stays closed for this attempt. */
  checkBlock(
    attemptId: string | undefined,
    topic: string,
    group: string,
    queueId: number,
    invisibleTimeMs: number,
  ): boolean {
    const info = this.find(topic, group, queueId)
    if (info === undefined) return false
    return needBlock(info, attemptId, invisibleTimeMs, this.#deps.clock.now())
  }

  clearBlock(topic: string, group: string, queueId: number): void {
    const isCleared = this.#infos.get(topicAtGroup(topic, group))?.delete(queueId)
    if (isCleared === true) this.changed(topic, group, queueId, undefined)
  }

  /** Acknowledges a message. Returns the group's next offset, or one of CommitResult. */
  commitAndNext(
    topic: string,
    group: string,
    queueId: number,
    queueOffset: number,
    popTimeMs: number,
  ): number {
    const info = this.find(topic, group, queueId)
    if (info === undefined) return queueOffset + 1
    if (info.o.length === 0) return CommitResult.ILLEGAL
    if (popTimeMs !== info.popTime) return CommitResult.STALE
    if (!ackOffset(info, queueOffset)) return CommitResult.ILLEGAL
    this.changed(topic, group, queueId, info)
    return nextOffsetOf(info)
  }

  /** Changes when a message becomes visible. Nothing happens when it belongs to another pop. */
  updateNextVisibleTime(
    topic: string,
    group: string,
    queueId: number,
    queueOffset: number,
    popTimeMs: number,
    nextVisibleMs: number,
  ): void {
    const info = this.find(topic, group, queueId)
    if (info === undefined || popTimeMs !== info.popTime) {
      const fields = { topic, group, queueId, queueOffset, popTimeMs }
      this.#deps.logger.warn(fields, 'invisible time of a message that was not popped last')
      return
    }
    info.ot ??= new Map()
    info.ot.set(queueOffset, nextVisibleMs)
    this.changed(topic, group, queueId, info)
  }

  /** Forgets what belongs to topics, groups and queues that are no more, or has not been popped for a day. */
  autoClean(): void {
    const oldestMs = this.#deps.clock.now() - CLEAN_SPAN_MS
    for (const [key, queues] of this.#infos) {
      const names = splitTopicAtGroup(key)
      if (names === undefined) continue
      const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(names.topic)
      const isGroup = this.#deps.subscriptionGroupManager.containsSubscriptionGroup(names.group)
      const queueNums = isGroup ? (topicConfig?.readQueueNums ?? 0) : 0
      for (const [queueId, { l }] of queues) {
        if (queueId >= queueNums || l < oldestMs) queues.delete(queueId)
      }
      if (queues.size === 0) this.#infos.delete(key)
    }
  }

  protected find(topic: string, group: string, queueId: number): OrderInfo | undefined {
    return this.#infos.get(topicAtGroup(topic, group))?.get(queueId)
  }
}

function newQueues(): Map<number, OrderInfo> {
  return new Map()
}

/** The last entry is for old clients, which count by queue. */
function orderCountInfoOf(topic: string, queueId: number, info: OrderInfo): string[] {
  const counts = info.oc ?? new Map<number, number>()
  const entries = Array.from(counts, ([offset, count]) =>
    queueOffsetOrderCountInfo(topic, queueId, offset, count),
  )
  const isAllBefore = counts.size > 0 && counts.size === info.o.length
  const minCount = isAllBefore ? Math.min(...counts.values()) : 0
  return [...entries, queueIdOrderCountInfo(topic, queueId, minCount)]
}
