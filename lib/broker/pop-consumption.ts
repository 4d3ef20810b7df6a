import type { NotificationRequestHeader } from '../../codec/header/notification.ts'
import type { PopMessageRequestHeader } from '../../codec/header/pop-message.ts'
import type { Host } from '../../codec/message/host.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import {
  type Channel,
  type ChannelEventListener,
  ProcessorGroup,
  type RequestDispatcher,
} from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import type { ConsumerManager } from './client/consumer-manager.ts'
import type { EscapeBridge } from './failover/escape-bridge.ts'
import type { PollingHeader, PopRequest } from './longpolling/held-pops.ts'
import { PopLongPollingService } from './longpolling/pop-long-polling-service.ts'
import { PopMessageMetrics } from './metrics/pop-message-metrics.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import { ConsumerOrderInfoManager } from './pop/consumer-order-info-manager.ts'
import { popQueueKey } from './pop/pop-ack-constants.ts'
import { PopBufferMergeService } from './pop/pop-buffer-merge-service.ts'
import { PopInflightMessageCounter } from './pop/pop-inflight-message-counter.ts'
import { PopReviveServices } from './pop/pop-revive-services.ts'
import { QueueLockManager } from './pop/queue-lock-manager.ts'
import { ReviveLog } from './pop/revive-log.ts'
import type { TimedPuts } from './pop/timed-puts.ts'
import { AckMessageProcessor } from './processor/ack-message-processor.ts'
import { ChangeInvisibleTimeProcessor } from './processor/change-invisible-time-processor.ts'
import { NotificationProcessor } from './processor/notification-processor.ts'
import { PeekMessageProcessor } from './processor/peek-message-processor.ts'
import { PollingInfoProcessor } from './processor/polling-info-processor.ts'
import { PopMessageProcessor } from './processor/pop-message-processor.ts'
import type { LiteAcks } from './processor/lite/lite-acks.ts'
import { OrderlyAcks } from './processor/pop/orderly-acks.ts'
import { PopChecks } from './processor/pop/pop-checks.ts'
import { PopOffsets } from './processor/pop/pop-offsets.ts'
import { PopQueueReader } from './processor/pop/pop-queue-reader.ts'
import { PopSubscriptions } from './processor/pop/pop-subscriptions.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
import { isRetryTopic, parseNormalTopic } from './topic/topic-names.ts'

export interface PopConsumptionDeps {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: MessageStoreConfig
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerManager: Pick<ConsumerManager, 'compensation'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly timedPuts: TimedPuts
  readonly escapeBridge: Pick<EscapeBridge, 'getMessage'>
  /** For messages of lite topics. */
  readonly liteAcks: LiteAcks
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages' | 'puts'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  /** The broker's own address. */
  readonly brokerHost: () => Host
  /** At least 0, less than 1. */
  readonly random: () => number
}

/**
 * All that serves pop consumers: check points and acknowledgements, revival, held pops, and the processors of their
 * requests. A part of the composition of a broker; it is started after the store and the consumer offsets.
 */
export class PopConsumption implements Service, ChannelEventListener {
  readonly inflight: PopInflightMessageCounter
  readonly orderInfo: ConsumerOrderInfoManager
  /** What goes through the revive topic. */
  readonly metrics = new PopMessageMetrics()
  readonly #deps: PopConsumptionDeps
  readonly #buffer: PopBufferMergeService
  readonly #reviveLog: ReviveLog
  readonly #reviveServices: PopReviveServices
  readonly #popPolling: PopLongPollingService<PopMessageRequestHeader>
  readonly #notificationPolling: PopLongPollingService<NotificationRequestHeader>
  readonly #checks: PopChecks
  readonly #popOffsets: PopOffsets
  readonly #popProcessor: PopMessageProcessor
  readonly #notificationProcessor: NotificationProcessor

  constructor(deps: PopConsumptionDeps) {
    this.#deps = deps
    this.inflight = new PopInflightMessageCounter({
      ...deps,
      startTimeMs: deps.clock.now(),
      onBelowThreshold: (topic, group, queueId) => this.#onBelowThreshold(topic, group, queueId),
    })
    this.orderInfo = new ConsumerOrderInfoManager({
      ...deps,
      onLockFree: (topic, group, queueId) => this.#onLockFree(topic, group, queueId),
    })
    this.#reviveLog = new ReviveLog({ ...deps, popMetrics: this.metrics })
    this.#buffer = new PopBufferMergeService({ ...deps, reviveLog: this.#reviveLog })
    this.#reviveServices = new PopReviveServices({
      ...deps,
      reviveLog: this.#reviveLog,
      inflight: this.inflight,
      popMetrics: this.metrics,
    })
    this.#popPolling = this.#newPolling(false, (held) =>
      this.#popProcessor.executeRequestWhenWakeup(held),
    )
    this.#notificationPolling = this.#newPolling(true, (held) =>
      this.#notificationProcessor.executeRequestWhenWakeup(held),
    )
    this.#checks = new PopChecks(deps)
    const { orderInfo, inflight } = this
    this.#popOffsets = new PopOffsets({ ...deps, buffer: this.#buffer, orderInfo, inflight })
    this.#popProcessor = this.#newPopProcessor()
    this.#notificationProcessor = new NotificationProcessor({
      ...deps,
      orderInfo,
      checks: this.#checks,
      popOffsets: this.#popOffsets,
      longPolling: this.#notificationPolling,
    })
    deps.messageStore.addMessageArrivingListener((event) => {
      this.#popPolling.notifyMessageArriving(event)
      this.#notificationPolling.notifyMessageArriving(event)
    })
  }

  /** Reads what was popped in order. */
  load(): void {
    this.orderInfo.load()
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  onChannelClose(channel: Channel): void {
    this.#popPolling.onChannelClose(channel)
    this.#notificationPolling.onChannelClose(channel)
  }

  /** Whether this broker revives: masters do, slaves do not. Apache: AckMessageProcessor#setPopReviveServiceStatus */
  setPopReviveServiceStatus(shouldRun: boolean): void {
    this.#reviveServices.setShouldRunPopRevive(shouldRun)
  }

  /** Where pops of a queue have come to; -1 when no check point of it is in memory. */
  getLatestOffset(topic: string, group: string, queueId: number): number {
    return this.#buffer.getLatestOffset(popQueueKey(topic, group, queueId))
  }

  /** Check points that are in memory only. */
  get bufferedCkSize(): number {
    return this.#buffer.bufferedCkSize
  }

  /** Check points whose offsets are not committed. */
  get bufferedOffsets(): number {
    return this.#buffer.offsetTotalSize
  }

  /** What each revive queue has yet to deal with, and when the first of that was stored, -1 for nothing. */
  reviveLags(): Promise<{ readonly messages: number; readonly oldestMs: number }[]> {
    return this.#reviveServices.lags()
  }

  registerProcessors(dispatcher: RequestDispatcher): void {
    const { pullThreadPoolQueueCapacity, ackThreadPoolQueueCapacity } = this.#deps.brokerConfig
    const pops = new ProcessorGroup({
      name: 'PopMessage',
      queueCapacity: pullThreadPoolQueueCapacity,
      longPolling: true,
    })
    dispatcher.registerProcessor(RequestCode.POP_MESSAGE, this.#popProcessor, pops)
    dispatcher.registerProcessor(RequestCode.NOTIFICATION, this.#notificationProcessor, pops)
    const pollingInfo = new PollingInfoProcessor(this.#checks, this.#popPolling)
    dispatcher.registerProcessor(RequestCode.POLLING_INFO, pollingInfo, pops)
    const peek = new PeekMessageProcessor({
      ...this.#deps,
      checks: this.#checks,
      popOffsets: this.#popOffsets,
    })
    dispatcher.registerProcessor(RequestCode.PEEK_MESSAGE, peek, pops)

    const acks = new ProcessorGroup({
      name: 'AckMessage',
      queueCapacity: ackThreadPoolQueueCapacity,
    })
    const ack = this.#newAckProcessor()
    for (const code of AckMessageProcessor.requestCodes) {
      dispatcher.registerProcessor(code, ack, acks)
    }
    const changeInvisibleTime = new ChangeInvisibleTimeProcessor({
      ...this.#deps,
      checks: this.#checks,
      orderInfo: this.orderInfo,
      buffer: this.#buffer,
      reviveLog: this.#reviveLog,
    })
    const { CHANGE_MESSAGE_INVISIBLETIME } = RequestCode
    dispatcher.registerProcessor(CHANGE_MESSAGE_INVISIBLETIME, changeInvisibleTime, acks)
  }

  #newAckProcessor(): AckMessageProcessor {
    const { orderInfo, inflight } = this
    const longPolling = this.#popPolling
    return new AckMessageProcessor({
      messageStore: this.#deps.messageStore,
      brokerStatsManager: this.#deps.brokerStatsManager,
      liteAcks: this.#deps.liteAcks,
      checks: this.#checks,
      buffer: this.#buffer,
      reviveLog: this.#reviveLog,
      orderlyAcks: new OrderlyAcks({ ...this.#deps, orderInfo, inflight, longPolling }),
      inflight,
    })
  }

  #newPopProcessor(): PopMessageProcessor {
    const { orderInfo, inflight } = this
    const reader = new PopQueueReader({
      ...this.#deps,
      popOffsets: this.#popOffsets,
      buffer: this.#buffer,
      locks: new QueueLockManager(),
      orderInfo,
      inflight,
      onUnlocked: ({ topic, group, queueId }) =>
        void this.#popPolling.notifyGroup(topic, group, queueId),
    })
    return new PopMessageProcessor({
      ...this.#deps,
      checks: this.#checks,
      subscriptions: new PopSubscriptions(this.#deps),
      reader,
      longPolling: this.#popPolling,
    })
  }

  #newPolling<H extends PollingHeader>(
    notifyLast: boolean,
    wakeup: (held: PopRequest<H>) => void,
  ): PopLongPollingService<H> {
    const { brokerConfig, clock } = this.#deps
    const defer = (callback: () => void): void => void setImmediate(callback)
    return new PopLongPollingService({ brokerConfig, clock, notifyLast, wakeup, defer })
  }

  /** Wakes a pop that may have messages of the queue again. */
  #onBelowThreshold(topic: string, group: string, queueId: number): void {
    if (isRetryTopic(topic)) this.#popPolling.notifyRetried(parseNormalTopic(topic, group), group)
    else if (!this.#popPolling.notifyGroup(topic, group, -1)) {
      this.#popPolling.notifyGroup(topic, group, queueId)
    }
  }

  /** Wakes a pop of a queue that may be popped in order again, if there is something to pop. */
  #onLockFree(topic: string, group: string, queueId: number): void {
    const { messageStore, consumerOffsetManager } = this.#deps
    const buffered = this.#buffer.getLatestOffset(popQueueKey(topic, group, queueId))
    const offset = Math.max(buffered, consumerOffsetManager.queryOffset(group, topic, queueId))
    if (messageStore.getMaxOffsetInQueue(topic, queueId) <= offset) return
    if (!this.#popPolling.notifyGroup(topic, group, -1)) {
      this.#popPolling.notifyGroup(topic, group, queueId)
    }
    this.#notificationPolling.notifyGroup(topic, group, -1)
    this.#notificationPolling.notifyGroup(topic, group, queueId)
  }

  get #services(): readonly Service[] {
    return [
      this.#buffer,
      this.orderInfo,
      this.#reviveServices,
      this.#popPolling,
      this.#notificationPolling,
    ]
  }
}
