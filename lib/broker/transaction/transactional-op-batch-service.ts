import type { Host } from '../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStore } from '../../store/types.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { TRANSACTION_QUEUE_ID } from './half-message.ts'

export interface TransactionalOpBatchServiceDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'transactionOpMsgMaxSize' | 'transactionOpBatchInterval'
  >
  readonly messageStore: Pick<MessageStore, 'putMessage'>
  readonly clock: Clock
  readonly logger: Logger
  /** The broker's own address. */
  readonly brokerHost: () => Host
}

/** The tag of op messages that name settled half messages. Source: TransactionalMessageUtil#REMOVE_TAG */
export const REMOVE_TAG = 'd'
/** Behind each queue offset in the body of an op message. */
export const OFFSET_SEPARATOR = ','
/** In the order in which Apache stores them. */
const PROPERTIES = encodeProperties([
  [MessageConst.PROPERTY_WAIT_STORE_MSG_OK, 'true'],
  [MessageConst.PROPERTY_TAGS, REMOVE_TAG],
])
/** While the store refuses op messages, so much is kept for later. */
const PENDING_MAX_LENGTH = 1024 * 1024

/**
 * Notes in op messages which half messages are settled, many in one: the queue offsets, each followed by a comma. What a
 * crash takes, the check service asks the producers for.
 *
 * Apache: broker.transaction.queue.TransactionalOpBatchService, MessageQueueOpContext
 */
export class TransactionalOpBatchService implements Service {
  readonly #deps: TransactionalOpBatchServiceDeps
  #pending: string[] = []
  #pendingLength = 0
  #timer: Timer | undefined

  constructor(deps: TransactionalOpBatchServiceDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    await this.#batchSendOpMessage()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** The half message at `queueOffset` is settled: written within transactionOpBatchInterval. */
  add(queueOffset: number): void {
    this.#push(`${queueOffset}${OFFSET_SEPARATOR}`)
    if (this.#pendingLength > this.#deps.brokerConfig.transactionOpMsgMaxSize) void this.#writeOne()
    else this.#arm()
  }

  #push(data: string): void {
    this.#pending.push(data)
    this.#pendingLength += data.length
  }

  #arm(): void {
    this.#timer ??= this.#deps.clock.setTimeout(() => {
      this.#timer = undefined
      void this.#batchSendOpMessage()
    }, this.#deps.brokerConfig.transactionOpBatchInterval)
  }

  async #batchSendOpMessage(): Promise<void> {
    const writes: Promise<void>[] = []
    while (this.#pending.length > 0) writes.push(this.#writeOne())
    await Promise.all(writes)
  }

  /** Resolves when the store has answered. */
  #writeOne(): Promise<void> {
    const body = this.#takeBody()
    return new Promise((resolve) => {
      this.#deps.messageStore.putMessage(this.#makeOpMessageInner(body), ({ status, appended }) => {
        if (appended === undefined) this.#keep(body, status)
        resolve()
      })
    })
  }

  #takeBody(): string {
    const maxSize = this.#deps.brokerConfig.transactionOpMsgMaxSize
    let body = ''
    let count = 0
    while (count < this.#pending.length && (count === 0 || body.length < maxSize)) {
      body += this.#pending[count++]
    }
    this.#pending.splice(0, count)
    this.#pendingLength -= body.length
    return body
  }

  #keep(body: string, status: string): void {
    const isKept = this.#pendingLength + body.length <= PENDING_MAX_LENGTH
    this.#deps.logger.error({ status, isKept }, 'op message refused by the store')
    if (!isKept) return
    this.#push(body)
    this.#arm()
  }

  #makeOpMessageInner(body: string): MessageExtBrokerInner {
    const host = this.#deps.brokerHost()
    return {
      topic: SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC,
      queueId: TRANSACTION_QUEUE_ID,
      flag: 0,
      sysFlag: 0,
      body: Buffer.from(body),
      properties: PROPERTIES,
      bornTimestamp: this.#deps.clock.now(),
      bornHost: host,
      storeHost: host,
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
    }
  }
}
