import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import type { MessageStore, PutMessageCallback } from '../../store/types.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import { parseHalfMessageInner } from './half-message.ts'
import type { SettledHalves } from './settled-halves.ts'
import type { TransactionMetrics } from './transaction-metrics.ts'
import type { TransactionalOpBatchService } from './transactional-op-batch-service.ts'

export interface TransactionalMessageServiceDeps {
  readonly messageStore: MessageStore
  readonly scheduleHook: ScheduleHook
  readonly metrics: TransactionMetrics
  readonly settled: SettledHalves
  readonly ops: TransactionalOpBatchService
}

/** The beginning and the end of transactions. Apache: broker.transaction.queue.TransactionalMessageServiceImpl */
export class TransactionalMessageService {
  readonly #deps: TransactionalMessageServiceDeps

  constructor(deps: TransactionalMessageServiceDeps) {
    this.#deps = deps
  }

  /**
   * Stores a message as a half message. A delay counts from the commit on; one that is not possible is refused now.
   * `properties` are all of the message's.
   *
   * @throws CodecError when the delay level is no number
   */
  asyncPrepareMessage(
    message: MessageExtBrokerInner,
    properties: Map<string, string>,
    done: PutMessageCallback,
  ): void {
    const { scheduleHook } = this.#deps
    const refused = scheduleHook.handleScheduleMessage({ ...message }, new Map(properties))
    if (refused !== undefined) {
      done({ status: refused })
      return
    }
    const { topic } = message
    this.#deps.messageStore.putMessage(parseHalfMessageInner(message, properties), (result) => {
      if (result.status === 'PUT_OK') this.#deps.metrics.addAndGet(topic, 1)
      done(result)
    })
  }

  /** False when the half message is settled already, or about to be. Otherwise an `end` must follow. */
  begin(half: MessageExt): boolean {
    return this.#deps.settled.begin(half.queueOffset)
  }

  /** The half message that `begin` was called for stays open. */
  giveUp(half: MessageExt): void {
    this.#deps.settled.end(half.queueOffset, false)
  }

  /** The half message that `begin` was called for is settled. */
  deletePrepareMessage(half: MessageExt): void {
    const { settled, ops, metrics } = this.#deps
    const { queueOffset } = half
    settled.end(queueOffset, true)
    ops.add(queueOffset)
    const latest = settled.latestOf(queueOffset)
    if (latest !== queueOffset) ops.add(latest)
    const topic = findProperty(half.properties, MessageConst.PROPERTY_REAL_TOPIC)
    if (topic !== undefined) metrics.addAndGet(topic, -1)
  }
}
