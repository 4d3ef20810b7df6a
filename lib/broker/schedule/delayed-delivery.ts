import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import type { AppendResult, MessageStore, PutMessageResult } from '../../store/types.ts'
import { SystemTopic } from '../topic/topic-validator.ts'

/**
 * The message that a delayed one becomes when its time has come: its own topic and queue again. The properties stay as
 * they are stored, DELAY, REAL_TOPIC and REAL_QID among them, as Apache delivers them. undefined when the message does
 * not say where it belongs, or names a topic that nobody may delay for.
 *
 * Source: broker.schedule.ScheduleMessageService#messageTimeUp
 */
export function messageTimeUp(delayed: MessageExt): MessageExtBrokerInner | undefined {
  const { properties } = delayed
  const topic = findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC)
  const queueId = Number(findProperty(properties, MessageConst.PROPERTY_REAL_QUEUE_ID) ?? NaN)
  if (topic === undefined || !Number.isSafeInteger(queueId) || queueId < 0) return undefined
  if (topic === SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC) return undefined
  return {
    topic,
    queueId,
    flag: delayed.flag,
    sysFlag: delayed.sysFlag,
    body: delayed.body,
    properties,
    bornTimestamp: delayed.bornTimestamp,
    bornHost: delayed.bornHost,
    storeHost: delayed.storeHost,
    reconsumeTimes: delayed.reconsumeTimes,
    preparedTransactionOffset: 0,
  }
}

/** Puts messages one behind the other and waits for all their answers at once. */
export class DeliveryBatch {
  readonly #messageStore: Pick<MessageStore, 'putMessage'>
  readonly #onFailed: (result: PutMessageResult) => void
  readonly #onStored: (topic: string, appended: AppendResult) => void
  readonly #stored: Promise<boolean>
  #resolve: (isStored: boolean) => void = () => undefined
  #isStored = true
  #isRefused = false
  #isPutting = false
  /** Puts without an answer, and one more until `end`. */
  #open = 1

  constructor(
    messageStore: Pick<MessageStore, 'putMessage'>,
    onFailed: (result: PutMessageResult) => void,
    onStored: (topic: string, appended: AppendResult) => void,
  ) {
    this.#messageStore = messageStore
    this.#onFailed = onFailed
    this.#onStored = onStored
    this.#stored = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** False when the store refuses the message: it is as if it had not been put, and no other may follow. */
  put(message: MessageExtBrokerInner): boolean {
    this.#open++
    this.#isPutting = true
    const { topic } = message
    this.#messageStore.putMessage(message, (result) => this.#onAnswer(topic, result))
    this.#isPutting = false
    return !this.#isRefused
  }

  /** No more follow. Resolves with true when all that were taken are in the store, however safe. */
  end(): Promise<boolean> {
    this.#close()
    return this.#stored
  }

  #onAnswer(topic: string, result: PutMessageResult): void {
    if (result.appended !== undefined) {
      this.#onStored(topic, result.appended)
    } else {
      this.#onFailed(result)
      if (this.#isPutting) this.#isRefused = true
      else this.#isStored = false
    }
    this.#close()
  }

  #close(): void {
    if (--this.#open === 0) this.#resolve(this.#isStored)
  }
}
