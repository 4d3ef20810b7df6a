import { join } from 'node:path'
import { ConsumerOrderInfoWrapper } from '../../../codec/body/consumer-order-info.ts'
import { queueIdOrderCountInfo, queueOffsetOrderCountInfo } from '../../../codec/pop-extra-info.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { splitTopicAtGroup, topicAtGroup } from '../offset/topic-at-group.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import {
  ConsumerOrderInfoLockManager,
  type LockFreeListener,
} from './consumer-order-info-lock-manager.ts'
import {
  ackOffset,
  getLockFreeTimestamp,
  mergeOffsetConsumedCount,
  needBlock,
  newOrderInfo,
  nextOffsetOf,
  type OrderedPop,
  type OrderInfo,
} from './order-info.ts'

export interface ConsumerOrderInfoManagerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableNotifyAfterPopOrderLockRelease'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'containsSubscriptionGroup'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly onLockFree: LockFreeListener
}

/** What `commitAndNext` answers instead of an offset. */
export const CommitResult = {
  /** The message is none of those that were popped. */
  ILLEGAL: -1,
  /** The acknowledgement belongs to an earlier pop. */
  STALE: -2,
} as const

const PERSIST_PERIOD_MS = 10_000
/** Queues are forgotten when so long nothing was popped. */
const CLEAN_SPAN_MS = 24 * 3600 * 1000

/**
 * What was popped in order and is not acknowledged in full, in memory and in config/consumerOrderInfo.json, which is
 * written every ten seconds: after a crash a queue may be popped again a little early, as with Apache.
 *
 * Apache: broker.offset.ConsumerOrderInfoManager
 */
export class ConsumerOrderInfoManager implements Service {
  readonly #deps: ConsumerOrderInfoManagerDeps
  readonly #path: string
  readonly #locks: ConsumerOrderInfoLockManager
  #table = new Map<string, Map<number, OrderInfo>>()
  #isChanged = false
  #timer: Timer | undefined

  constructor(deps: ConsumerOrderInfoManagerDeps) {
    this.#deps = deps
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', 'consumerOrderInfo.json')
    this.#locks = new ConsumerOrderInfoLockManager(deps.clock, deps.onLockFree)
  }

  /** Reads consumerOrderInfo.json, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => ConsumerOrderInfoWrapper.decode(text)
    const file = readStateFile(this.#deps.fileSystem, this.#path, parse)
    if (file !== undefined) this.#table = file.table
  }

  start(): Promise<void> {
    this.#timer = this.#deps.clock.setInterval(() => this.#persistChanges(), PERSIST_PERIOD_MS)
    for (const [key, queues] of this.#table) {
      const names = splitTopicAtGroup(key)
      if (names === undefined) continue
      for (const [queueId, info] of queues) {
        this.#updateLockFreeTimestamp(names.topic, names.group, queueId, info)
      }
    }
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    this.#locks.shutdown()
    this.#persistChanges()
    return Promise.resolve()
  }

  /** Writes the file. */
  persist(): void {
    this.#autoClean()
    const content = ConsumerOrderInfoWrapper.encode({ table: this.#table }, { pretty: true })
    writeStateFile(this.#deps.fileSystem, this.#path, content)
    this.#isChanged = false
  }

  /** Notes a pop. Returns the entries of orderCountInfo: how often its messages were popped before. */
  update(topic: string, group: string, queueId: number, pop: OrderedPop): string[] {
    const queues = getOrAdd(this.#table, topicAtGroup(topic, group), newQueues)
    const previous = queues.get(queueId)
    const info = newOrderInfo(pop)
    if (previous !== undefined) mergeOffsetConsumedCount(info, previous)
    queues.set(queueId, info)
    this.#isChanged = true
    this.#updateLockFreeTimestamp(topic, group, queueId, info)
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
    const info = this.#find(topic, group, queueId)
    if (info === undefined) return false
    return needBlock(info, attemptId, invisibleTimeMs, this.#deps.clock.now())
  }

  clearBlock(topic: string, group: string, queueId: number): void {
    if (this.#table.get(topicAtGroup(topic, group))?.delete(queueId)) this.#isChanged = true
  }

  /** Acknowledges a message. Returns the group's next offset, or one of CommitResult. */
  commitAndNext(
    topic: string,
    group: string,
    queueId: number,
    queueOffset: number,
    popTimeMs: number,
  ): number {
    const info = this.#find(topic, group, queueId)
    if (info === undefined) return queueOffset + 1
    if (info.o.length === 0) return CommitResult.ILLEGAL
    if (popTimeMs !== info.popTime) return CommitResult.STALE
    if (!ackOffset(info, queueOffset)) return CommitResult.ILLEGAL
    this.#isChanged = true
    this.#updateLockFreeTimestamp(topic, group, queueId, info)
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
    const info = this.#find(topic, group, queueId)
    if (info === undefined || popTimeMs !== info.popTime) {
      const fields = { topic, group, queueId, queueOffset, popTimeMs }
      this.#deps.logger.warn(fields, 'invisible time of a message that was not popped last')
      return
    }
    info.ot ??= new Map()
    info.ot.set(queueOffset, nextVisibleMs)
    this.#isChanged = true
    this.#updateLockFreeTimestamp(topic, group, queueId, info)
  }

  #find(topic: string, group: string, queueId: number): OrderInfo | undefined {
    return this.#table.get(topicAtGroup(topic, group))?.get(queueId)
  }

  #updateLockFreeTimestamp(topic: string, group: string, queueId: number, info: OrderInfo): void {
    if (!this.#deps.brokerConfig.enableNotifyAfterPopOrderLockRelease) return
    const freeMs = getLockFreeTimestamp(info, this.#deps.clock.now())
    if (freeMs !== undefined) {
      this.#locks.updateLockFreeTimestamp(topic, group, queueId, freeMs)
    }
  }

  #persistChanges(): void {
    if (!this.#isChanged) return
    try {
      this.persist()
    } catch (err) {
      this.#deps.logger.error({ err, path: this.#path }, 'consumer order info cannot be written')
    }
  }

  /** Forgets what belongs to topics, groups and queues that are no more, or has not been popped for a day. */
  #autoClean(): void {
    const oldestMs = this.#deps.clock.now() - CLEAN_SPAN_MS
    for (const [key, queues] of this.#table) {
      const names = splitTopicAtGroup(key)
      if (names === undefined) continue
      const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(names.topic)
      const isGroup = this.#deps.subscriptionGroupManager.containsSubscriptionGroup(names.group)
      const queueNums = isGroup ? (topicConfig?.readQueueNums ?? 0) : 0
      for (const [queueId, { l }] of queues) {
        if (queueId >= queueNums || l < oldestMs) queues.delete(queueId)
      }
      if (queues.size === 0) this.#table.delete(key)
    }
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
