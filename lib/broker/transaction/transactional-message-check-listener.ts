import type { CheckTransactionStateRequestHeader } from '../../../codec/header/check-transaction-state.ts'
import { createOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { encodeRecord, planRecord } from '../../../codec/message/record.ts'
import { PERM_READ_WRITE } from '../../common/perm-name.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { AppendResult, MessageStore } from '../../store/types.ts'
import type { Broker2Client } from '../client/broker2client.ts'
import type { ProducerManager } from '../client/producer-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import {
  discardedMessageInner,
  realTarget,
  renewHalfMessageInner,
  renewImmunityHalfMessageInner,
} from './half-message.ts'
import type { HalfPutCallback } from './open-puts.ts'
import type { SettledHalves } from './settled-halves.ts'
import type { TransactionMetrics } from './transaction-metrics.ts'

export interface TransactionalMessageCheckListenerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly messageStore: Pick<MessageStore, 'putMessage'>
  readonly producerManager: Pick<ProducerManager, 'getAvailableChannel'>
  readonly topicConfigManager: TopicConfigManager
  readonly broker2Client: Broker2Client
  readonly metrics: TransactionMetrics
  readonly settled: SettledHalves
  readonly logger: Logger
}

/** Source: AbstractTransactionalMessageCheckListener#TCMT_QUEUE_NUMS */
const TCMT_QUEUE_NUMS = 1

/**
 * What a check does with half messages that are open. `done` is told false when the store refuses, so that the message is
 * checked again.
 *
 * Apache: broker.transaction.queue.DefaultTransactionalMessageCheckListener
 */
export class TransactionalMessageCheckListener {
  readonly #deps: TransactionalMessageCheckListenerDeps

  constructor(deps: TransactionalMessageCheckListenerDeps) {
    this.#deps = deps
  }

  /** Puts the half message back at the end of its queue and asks a producer of its group what shall become of it. */
  resolveHalfMsg(half: MessageExt, checkTimes: number, done: HalfPutCallback): void {
    const message = renewHalfMessageInner(half, checkTimes)
    this.#put(message, half, done, (appended) => {
      this.#deps.settled.renewed(half.queueOffset, appended.queueOffset)
      this.#sendCheckMessage(half, message, appended)
    })
  }

  /** Puts the half message back at the end of its queue: its producer is not to be asked yet. */
  putImmunityMsgBack(half: MessageExt, checkTimes: number, done: HalfPutCallback): void {
    this.#put(renewImmunityHalfMessageInner(half, checkTimes), half, done, (appended) => {
      this.#deps.settled.renewed(half.queueOffset, appended.queueOffset)
    })
  }

  /** Gives the half message up: it goes to TRANS_CHECK_MAX_TIME_TOPIC. */
  resolveDiscardMsg(half: MessageExt, done: HalfPutCallback): void {
    const { topicConfigManager, metrics, logger } = this.#deps
    topicConfigManager.createTopicInSendMessageBackMethod(
      SystemTopic.RMQ_SYS_TRANS_CHECK_MAX_TIME_TOPIC,
      TCMT_QUEUE_NUMS,
      PERM_READ_WRITE,
      0,
    )
    this.#put(discardedMessageInner(half), half, done, () => {
      const realTopic = realTarget(half)?.topic
      if (realTopic !== undefined) metrics.addAndGet(realTopic, -1)
      const { queueOffset, commitLogOffset } = half
      logger.warn({ realTopic, queueOffset, commitLogOffset }, 'half message given up')
    })
  }

  #put(
    message: MessageExtBrokerInner,
    half: MessageExt,
    done: HalfPutCallback,
    onAppended: (appended: AppendResult) => void,
  ): void {
    this.#deps.messageStore.putMessage(message, ({ status, appended }) => {
      if (appended === undefined) {
        const { topic } = message
        this.#deps.logger.error({ status, topic }, 'half message refused by the store')
      } else {
        onAppended(appended)
      }
      done(half, appended !== undefined)
    })
  }

  #sendCheckMessage(half: MessageExt, message: MessageExtBrokerInner, place: AppendResult): void {
    const { producerManager, broker2Client, logger, brokerConfig } = this.#deps
    const group = findProperty(half.properties, MessageConst.PROPERTY_PRODUCER_GROUP) ?? ''
    const channel = producerManager.getAvailableChannel(group)
    if (channel === undefined) return
    const target = realTarget(half)
    if (target === undefined) {
      logger.error({ queueOffset: half.queueOffset }, 'half message without a real topic')
      return
    }
    const uniqKey = findProperty(
      half.properties,
      MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX,
    )
    const header: CheckTransactionStateRequestHeader = {
      topic: half.topic,
      commitLogOffset: place.commitLogOffset,
      tranStateTableOffset: place.queueOffset,
      offsetMsgId: createOffsetMsgId(half.storeHost, place.commitLogOffset),
      bname: brokerConfig.brokerName,
      ...(uniqKey !== undefined && { msgId: uniqKey, transactionId: uniqKey }),
    }
    const restored = { ...message, ...target }
    broker2Client.checkProducerTransactionState(
      channel,
      header,
      encodeMessage(restored, half.storeTimestamp, place),
    )
  }
}

/** As a record that stands where the half message was put. */
function encodeMessage(
  message: MessageExtBrokerInner,
  storeTimestamp: number,
  { queueOffset, commitLogOffset }: AppendResult,
): Buffer {
  const plan = planRecord(message, false)
  const record = Buffer.allocUnsafe(plan.size)
  encodeRecord(record, 0, message, plan, { queueOffset, commitLogOffset, storeTimestamp })
  return record
}
