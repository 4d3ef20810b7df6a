import type { MessageExt } from '../../../codec/message/message.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { EscapeBridge } from '../failover/escape-bridge.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { storedAgain, TRANSACTION_GROUP, TRANSACTION_QUEUE_ID } from './half-message.ts'
import { HalfQueueCheck } from './half-queue-check.ts'
import { OpQueueReader } from './op-queue-reader.ts'
import { OpRemovals } from './op-removals.ts'
import type { SettledHalves } from './settled-halves.ts'
import type { TransactionalMessageCheckListener } from './transactional-message-check-listener.ts'

export interface TransactionalMessageCheckServiceDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'transactionCheckInterval' | 'transactionTimeOut' | 'transactionCheckMax'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'fileReservedTime'>
  readonly messageStore: MessageStore
  readonly escapeBridge: Pick<EscapeBridge, 'isRemote' | 'putMessage'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly listener: TransactionalMessageCheckListener
  readonly settled: SettledHalves
  readonly clock: Clock
  readonly logger: Logger
}

const HOUR_MS = 3_600_000

/**
 * Every transactionCheckInterval, looks for half messages that their producers have left open. How far half and op
 * messages are checked are consumer offsets of CID_RMQ_SYS_TRANS.
 *
 * Apache: broker.transaction.TransactionalMessageCheckService
 */
export class TransactionalMessageCheckService implements Service {
  readonly #deps: TransactionalMessageCheckServiceDeps
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = false
  #isActive: boolean

  /** Until `setActive` is called it checks what `isActive` says. */
  constructor(deps: TransactionalMessageCheckServiceDeps, isActive: boolean) {
    this.#deps = deps
    this.#isActive = isActive
  }

  start(): Promise<void> {
    this.#isStopped = false
    this.#correctOffsets()
    this.#arm()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Begins with the checks, or ends them: resolves when none runs any more. */
  async setActive(isActive: boolean): Promise<void> {
    this.#isActive = isActive
    if (!isActive) await this.#running
  }

  /** After a power loss the queues may be shorter than they were: messages to come must not be taken for checked. */
  #correctOffsets(): void {
    const { messageStore } = this.#deps
    for (const topic of [
      SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC,
      SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC,
    ]) {
      const maxOffset = messageStore.getMaxOffsetInQueue(topic, TRANSACTION_QUEUE_ID)
      if (this.#fetchConsumeOffset(topic) > maxOffset) this.#updateConsumeOffset(topic, maxOffset)
    }
  }

  #arm(): void {
    if (this.#isStopped) return
    const { clock, brokerConfig } = this.#deps
    this.#timer = clock.setTimeout(() => {
      this.#running = this.#run()
    }, brokerConfig.transactionCheckInterval)
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    try {
      if (this.#isActive) await this.#check()
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'check of half messages failed')
    }
    this.#arm()
  }

  async #check(): Promise<void> {
    const { messageStore, logger, brokerConfig, storeConfig } = this.#deps
    const halfOffset = this.#fetchConsumeOffset(SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC)
    const opOffset = this.#fetchConsumeOffset(SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC)
    const removals = new OpRemovals(halfOffset)
    const ops = new OpQueueReader({ messageStore, logger }, removals, opOffset)
    const check = new HalfQueueCheck(
      {
        ...this.#deps,
        isStopped: () => this.#isStopped || !this.#isActive,
        escape: this.#deps.escapeBridge.isRemote ? (half) => this.#escape(half) : undefined,
      },
      {
        removals,
        ops,
        offset: halfOffset,
        transactionTimeoutMs: brokerConfig.transactionTimeOut,
        transactionCheckMax: brokerConfig.transactionCheckMax,
        reservedMs: storeConfig.fileReservedTime * HOUR_MS,
      },
    )
    const { offset: newHalfOffset, isComplete } = await check.run()
    const newOpOffset = isComplete ? (removals.firstOpen ?? ops.nextOffset) : opOffset
    if (newHalfOffset !== halfOffset) {
      this.#updateConsumeOffset(SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC, newHalfOffset)
    }
    if (newOpOffset !== opOffset) {
      this.#updateConsumeOffset(SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC, newOpOffset)
    }
    logger.debug({ halfOffset, newHalfOffset, opOffset, newOpOffset }, 'half messages checked')
  }

  /** Source: broker.transaction.queue.TransactionalMessageBridge#escapeMessage */
  #escape(half: MessageExt): Promise<boolean> {
    return new Promise((resolve) => {
      this.#deps.escapeBridge.putMessage(storedAgain(half, half.properties), ({ appended }) =>
        resolve(appended !== undefined),
      )
    })
  }

  /** Where the last check ended. */
  #fetchConsumeOffset(topic: string): number {
    const { consumerOffsetManager, messageStore } = this.#deps
    const offset = consumerOffsetManager.queryOffset(TRANSACTION_GROUP, topic, TRANSACTION_QUEUE_ID)
    const minOffset = messageStore.getMinOffsetInQueue(topic, TRANSACTION_QUEUE_ID)
    return offset === -1 ? Math.max(minOffset, 0) : offset
  }

  #updateConsumeOffset(topic: string, offset: number): void {
    const { consumerOffsetManager } = this.#deps
    consumerOffsetManager.commitOffset(TRANSACTION_GROUP, topic, TRANSACTION_QUEUE_ID, offset)
  }
}
