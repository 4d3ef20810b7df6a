import { FailureLog } from '../../common/failure-log.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { repeat } from '../../common/repeat.ts'
import type { Service } from '../../common/service.ts'
import type { LiteConfig } from '../../config/lite-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { LiteMetadata } from './lite-metadata.ts'
import type { LiteSubscriptionRegistry } from './lite-subscription-registry.ts'
import { belongsTo, isLiteTopicQueue, parseLmqName } from './lite-topic-names.ts'
import type { MemoryConsumerOrderInfoManager } from './memory-consumer-order-info-manager.ts'

export interface LiteLifecycleManagerDeps {
  readonly liteConfig: Pick<LiteConfig, 'liteTtlCheckInterval' | 'minLiteTTl'>
  readonly metadata: LiteMetadata
  readonly registry: Pick<LiteSubscriptionRegistry, 'cleanSubscription'>
  readonly messageStore: Pick<
    MessageStore,
    'topics' | 'deleteTopics' | 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'
  >
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'removeConsumerOffset'>
  readonly orderInfo: Pick<MemoryConsumerOrderInfoManager, 'remove' | 'autoClean'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A queue that has nothing may be one that is being made: it is removed when it was seen so more often than this. */
const MAX_INVALID_SCAN_COUNT = 5
const MINUTE_MS = 60_000
const TOOLS_CONSUMER_GROUP = 'TOOLS_CONSUMER'

/**
 * Removes lite topics: those to which nothing was sent for longer than their parent says, and all of a parent that is deleted.
 *
 * Apache: broker.lite.AbstractLiteLifecycleManager, LiteLifecycleManager
 */
export class LiteLifecycleManager implements Service {
  readonly #deps: LiteLifecycleManagerDeps
  readonly #failures: FailureLog
  readonly #invalidScanCounts = new Map<string, number>()
  readonly #startMs: number
  #timer: Timer | undefined
  #cleaning: Promise<void> | undefined

  constructor(deps: LiteLifecycleManagerDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'lite topics are not looked through')
    this.#startMs = deps.clock.now()
  }

  start(): Promise<void> {
    const { clock, liteConfig } = this.#deps
    this.#timer = repeat(
      clock,
      () => this.#check(),
      () => liteConfig.liteTtlCheckInterval,
    )
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#cleaning
  }

  /** Where the next message of a lite topic will stand. */
  getMaxOffsetInQueue(lmqName: string): number {
    return this.#deps.messageStore.getMaxOffsetInQueue(lmqName, 0)
  }

  isLmqExist(lmqName: string): boolean {
    return this.getMaxOffsetInQueue(lmqName) > 0
  }

  /** The queues of a parent's lite topics. */
  collectByParentTopic(parentTopic: string): string[] {
    return this.#deps.messageStore.topics.filter((topic) => belongsTo(topic, parentTopic))
  }

  getLiteTopicCount(parentTopic: string): number {
    if (!this.#deps.metadata.isLiteMessageType(parentTopic)) return 0
    return this.collectByParentTopic(parentTopic).length
  }

  /** To be called before the parent is deleted. Nothing happens for a topic that has no lite topics. */
  cleanByParentTopic(parentTopic: string): void {
    if (this.#deps.metadata.isLiteMessageType(parentTopic)) {
      this.#delete(parentTopic, this.collectByParentTopic(parentTopic))
    }
  }

  /** Removes the lite topics whose time is over. */
  async cleanExpiredLiteTopic(): Promise<void> {
    const minutes = this.#deps.metadata.topicTtlMap()
    for (const lmqName of this.#deps.messageStore.topics.filter(isLiteTopicQueue)) {
      const parent = parseLmqName(lmqName)?.parentTopic
      const ttl = minutes.get(parent ?? '')
      if (parent === undefined || !(await this.#isExpired(lmqName, ttl))) continue
      this.#delete(parent, [lmqName])
    }
  }

  #check(): void {
    const { clock, liteConfig, orderInfo } = this.#deps
    orderInfo.autoClean()
    if (this.#cleaning !== undefined || clock.now() - this.#startMs < liteConfig.minLiteTTl) return
    this.#cleaning = this.cleanExpiredLiteTopic()
      .then(
        () => this.#failures.worked(),
        (thrown: unknown) => this.#failures.failed(thrown),
      )
      .finally(() => (this.#cleaning = undefined))
  }

  async #isExpired(lmqName: string, minutes: number | undefined): Promise<boolean> {
    const { messageStore, clock, liteConfig } = this.#deps
    const maxOffset = this.getMaxOffsetInQueue(lmqName)
    if (maxOffset <= 0) return this.#isInvalid(lmqName)
    this.#invalidScanCounts.delete(lmqName)
    if (minutes === undefined || minutes <= 0) return false
    const lastMs = await messageStore.getMessageStoreTimestamp(lmqName, 0, maxOffset - 1)
    const inactiveMs = clock.now() - lastMs
    if (inactiveMs < liteConfig.minLiteTTl || inactiveMs <= minutes * MINUTE_MS) return false
    // Nothing may have come while the time was read.
    return this.getMaxOffsetInQueue(lmqName) === maxOffset
  }

  #isInvalid(lmqName: string): boolean {
    const count = (this.#invalidScanCounts.get(lmqName) ?? 0) + 1
    if (count <= MAX_INVALID_SCAN_COUNT) {
      this.#invalidScanCounts.set(lmqName, count)
      return false
    }
    this.#invalidScanCounts.delete(lmqName)
    return true
  }

  #delete(parentTopic: string, lmqNames: readonly string[]): void {
    const { metadata, messageStore, consumerOffsetManager, orderInfo, registry, logger } =
      this.#deps
    const groups = metadata.subscriberGroupMap().get(parentTopic) ?? []
    for (const lmqName of lmqNames) {
      for (const group of groups) {
        consumerOffsetManager.removeConsumerOffset(lmqName, group)
        orderInfo.remove(lmqName, group)
      }
      consumerOffsetManager.removeConsumerOffset(lmqName, TOOLS_CONSUMER_GROUP)
      registry.cleanSubscription(lmqName)
      this.#invalidScanCounts.delete(lmqName)
    }
    messageStore.deleteTopics(new Set(lmqNames))
    logger.info({ parentTopic, lmqNames: lmqNames.length }, 'lite topics removed')
  }
}
