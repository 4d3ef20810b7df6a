import type { Host } from '../../codec/message/host.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import { type Service, startAll, stopAll } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import { ProcessorGroup, type RequestDispatcher } from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { Broker2Client } from './client/broker2client.ts'
import type { ProducerManager } from './client/producer-manager.ts'
import type { EscapeBridge } from './failover/escape-bridge.ts'
import { BrokerFastFailure } from './latency/broker-fast-failure.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import { ResumeCheckHalfMessageProcessor } from './processor/admin/resume-check-half-message-processor.ts'
import { EndTransactionProcessor } from './processor/end-transaction-processor.ts'
import type { ScheduleHook } from './schedule/schedule-hook.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
import { SettledHalves } from './transaction/settled-halves.ts'
import { TransactionMetrics } from './transaction/transaction-metrics.ts'
import { TransactionalMessageCheckListener } from './transaction/transactional-message-check-listener.ts'
import { TransactionalMessageCheckService } from './transaction/transactional-message-check-service.ts'
import { TransactionalMessageService } from './transaction/transactional-message-service.ts'
import { TransactionalOpBatchService } from './transaction/transactional-op-batch-service.ts'

export interface TransactionsDeps {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: MessageStoreConfig
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly producerManager: ProducerManager
  readonly scheduleHook: ScheduleHook
  readonly brokerStatsManager: BrokerStatsManager
  readonly escapeBridge: Pick<EscapeBridge, 'isRemote' | 'putMessage'>
  /** Whether half messages are checked from the start on. */
  readonly checksFromStart: boolean
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  /** The broker's own address. */
  readonly brokerHost: () => Host
}

/** All that serves transactions. A part of the composition of a broker; it is started after the store. */
export class Transactions implements Service {
  readonly service: TransactionalMessageService
  readonly metrics: TransactionMetrics
  readonly #deps: TransactionsDeps
  readonly #ops: TransactionalOpBatchService
  readonly checkService: TransactionalMessageCheckService

  constructor(deps: TransactionsDeps) {
    this.#deps = deps
    const settled = new SettledHalves()
    this.metrics = new TransactionMetrics(deps)
    this.#ops = new TransactionalOpBatchService(deps)
    this.service = new TransactionalMessageService({
      ...deps,
      metrics: this.metrics,
      settled,
      ops: this.#ops,
    })
    const listener = new TransactionalMessageCheckListener({
      ...deps,
      broker2Client: new Broker2Client(),
      metrics: this.metrics,
      settled,
    })
    this.checkService = new TransactionalMessageCheckService(
      { ...deps, listener, settled },
      deps.checksFromStart,
    )
  }

  /** Reads the transaction metrics. */
  load(): void {
    this.metrics.load()
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  registerProcessors(dispatcher: RequestDispatcher): void {
    const { brokerConfig, clock, messageStore, logger } = this.#deps
    const ends = new ProcessorGroup({
      name: 'EndTransaction',
      queueCapacity: brokerConfig.endTransactionPoolQueueCapacity,
      line: new BrokerFastFailure({
        clock,
        store: messageStore,
        isEnabled: () => brokerConfig.brokerFastFailureEnable,
        waitTimeMs: () => brokerConfig.waitTimeMillsInTransactionQueue,
        failsWhenBusy: false,
      }),
    })
    const endProcessor = new EndTransactionProcessor({ ...this.#deps, transactions: this.service })
    dispatcher.registerProcessor(RequestCode.END_TRANSACTION, endProcessor, ends)
    const resumeProcessor = new ResumeCheckHalfMessageProcessor(messageStore, logger)
    dispatcher.registerProcessor(RequestCode.RESUME_CHECK_HALF_MESSAGE, resumeProcessor)
  }

  get #services(): readonly Service[] {
    return [this.metrics, this.#ops, this.checkService]
  }
}
