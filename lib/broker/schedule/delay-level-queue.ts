import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { AppendResult, CqUnit, MessageStore, PutMessageResult } from '../../store/types.ts'
import type { EscapeBridge } from '../failover/escape-bridge.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { DeliveryBatch, messageTimeUp } from './delayed-delivery.ts'
import { delayLevel2QueueId } from './delay-transform.ts'

export interface DelayLevelQueueDeps {
  readonly storeConfig: Pick<
    MessageStoreConfig,
    'enableScheduleAsyncDeliver' | 'scheduleAsyncDeliverMaxPendingLimit'
  >
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  /** Takes what is delivered; one message after the other where it is remote, so that none is sent again because another one failed. */
  readonly escapeBridge: Pick<EscapeBridge, 'putMessage' | 'isRemote'>
  readonly level: number
  readonly delayMs: number
  /** Told of each step forward, and where the queue stands when it has to wait. */
  readonly onOffset: (offset: number) => void
  /** Told of each message that is in the store again, under its own topic. */
  readonly onDelivered: (topic: string, appended: AppendResult) => void
}

/** A message whose time of delivery is known. */
type DelayedUnit = CqUnit & { readonly tagsCode: number }

const TOPIC = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
/** Messages looked at when few are due; the number doubles while all are. */
const MIN_BATCH = 32
/** Messages, and about how many bytes, delivered in one turn of the event loop. */
const MAX_BATCH = 512
const MAX_BATCH_BYTES = 1024 * 1024
const RETRY_MS = 100
/** A busy queue is woken so rarely at most, for several messages at a time. */
const MIN_PAUSE_MS = 5
/** Delivery times are wall clock times: after this a sleeping queue looks at the clock again, in case it was set. */
const MAX_SLEEP_MS = 10_000

/**
 * Delivers the messages of one delay level in their order, none before its time. It sleeps until the first one is due,
 * or, when there is none, until the store tells of one.
 *
 * A batch waits until the one before is in the store; with enableScheduleAsyncDeliver it does not, until
 * scheduleAsyncDeliverMaxPendingLimit messages are on their way.
 *
 * Apache: broker.schedule.ScheduleMessageService.DeliverDelayedMessageTimerTask
 */
export class DelayLevelQueue {
  readonly #deps: DelayLevelQueueDeps
  readonly #queueId: number
  readonly #refusals: FailureLog
  /** The next message to be looked at, and the first that is not known to be delivered. */
  #offset: number
  #deliveredOffset: number
  #batchSize = MIN_BATCH
  #pendingCount = 0
  /** Resolves with false when a delivery has failed. */
  #pending: Promise<boolean> = Promise.resolve(true)
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(deps: DelayLevelQueueDeps, offset: number) {
    this.#deps = deps
    this.#queueId = delayLevel2QueueId(deps.level)
    this.#refusals = new FailureLog(deps.logger, 'delayed messages cannot be delivered')
    this.#offset = offset
    this.#deliveredOffset = offset
  }

  /** Delivers what is due; nothing happens while it sleeps or delivers. */
  wake(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#running !== undefined) return
    this.#running = this.#run().then((sleepMs) => {
      this.#running = undefined
      if (sleepMs !== undefined) this.#sleep(sleepMs)
      else if (this.#maxOffset > this.#offset) this.wake()
    })
  }

  /** Resolves when nothing is being delivered any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  get #maxOffset(): number {
    return this.#deps.messageStore.getMaxOffsetInQueue(TOPIC, this.#queueId)
  }

  #sleep(ms: number): void {
    if (this.#isStopped) return
    this.#timer = this.#deps.clock.setTimeout(
      () => {
        this.#timer = undefined
        this.wake()
      },
      Math.min(ms, MAX_SLEEP_MS),
    )
  }

  /** Resolves with the time until it has to go on; undefined when there is nothing to wait for. Never rejects. */
  async #run(): Promise<number | undefined> {
    let sleepMs: number | undefined = RETRY_MS
    try {
      sleepMs = await this.#deliverAllDue()
    } catch (error) {
      this.#deps.logger.error({ err: error, level: this.#deps.level }, 'delayed delivery failed')
    }
    if (await this.#pending) return sleepMs
    this.#offset = this.#deliveredOffset
    this.#pending = Promise.resolve(true)
    return RETRY_MS
  }

  async #deliverAllDue(): Promise<number | undefined> {
    let pauseMs = 1
    while (!this.#isStopped) {
      const units = await this.#nextUnits()
      const first = units[0]
      if (first === undefined) return this.#maxOffset > this.#offset ? RETRY_MS : undefined
      const due = this.#dueOf(units)
      if (due.length === 0) {
        if (this.#offset === this.#deliveredOffset) this.#deps.onOffset(this.#offset)
        return Math.max(this.#waitMs(first), pauseMs)
      }
      this.#batchSize =
        due.length < units.length ? MIN_BATCH : Math.min(this.#batchSize * 2, MAX_BATCH)
      if (!(await this.#deliver(due))) return RETRY_MS
      pauseMs = MIN_PAUSE_MS
    }
    return undefined
  }

  async #nextUnits(): Promise<readonly DelayedUnit[]> {
    const { messageStore } = this.#deps
    const minOffset = messageStore.getMinOffsetInQueue(TOPIC, this.#queueId)
    if (minOffset > this.#offset) {
      await this.#pending
      this.#offset = minOffset
      this.#moveTo(minOffset)
    }
    const units = await messageStore.iterateFrom(
      TOPIC,
      this.#queueId,
      this.#offset,
      this.#batchSize,
    )
    return units.every(isDelayedUnit) ? units : this.#withDueTimes(units)
  }

  /** A unit that has lost its tags code is due when its message says. Source: ScheduleMessageService#computeDeliverTimestamp */
  async #withDueTimes(units: readonly CqUnit[]): Promise<readonly DelayedUnit[]> {
    const { messageStore, delayMs } = this.#deps
    const timed: DelayedUnit[] = []
    for (const unit of units) {
      const { tagsCode, queueOffset } = unit
      const dueMs =
        tagsCode ??
        (await messageStore.getMessageStoreTimestamp(TOPIC, this.#queueId, queueOffset)) + delayMs
      timed.push({ ...unit, tagsCode: dueMs })
    }
    return timed
  }

  /** Those from the first on whose time has come, as many as one batch takes. */
  #dueOf(units: readonly DelayedUnit[]): readonly DelayedUnit[] {
    let bytes = 0
    const maxCount = this.#deps.escapeBridge.isRemote ? 1 : MAX_BATCH
    const end = units.findIndex((unit, index) => {
      bytes += unit.size
      return this.#waitMs(unit) > 0 || index === maxCount || (index > 0 && bytes > MAX_BATCH_BYTES)
    })
    return end < 0 ? units : units.slice(0, end)
  }

  /** A time further away than the level's delay means that the clock was set back: the message is due. */
  #waitMs({ tagsCode }: DelayedUnit): number {
    const nowMs = this.#deps.clock.now()
    return tagsCode > nowMs + this.#deps.delayMs ? 0 : tagsCode - nowMs
  }

  /** False when the store has refused one, which is the next to be tried, or has lost some, which are tried again. */
  async #deliver(units: readonly CqUnit[]): Promise<boolean> {
    const records = await this.#deps.messageStore.getRecords(units)
    const { escapeBridge, level, onDelivered } = this.#deps
    const onFailed = ({ status, reason }: PutMessageResult): void => {
      this.#refusals.failed(new Error(status), { level, reason })
    }
    const onStored = (topic: string, appended: AppendResult): void => {
      this.#refusals.worked()
      onDelivered(topic, appended)
    }
    const batch = new DeliveryBatch(escapeBridge, onFailed, onStored)
    const isTaken = records.every((record, index) => {
      const { queueOffset } = units[index] as CqUnit
      const message = record && messageTimeUp(decodeRecord(record))
      if (message === undefined) this.#logSkipped(queueOffset)
      else if (!batch.put(message)) return false
      this.#offset = queueOffset + 1
      return true
    })
    this.#track(batch.end(), units.length, this.#offset)
    const { enableScheduleAsyncDeliver, scheduleAsyncDeliverMaxPendingLimit } =
      this.#deps.storeConfig
    const isAhead =
      !escapeBridge.isRemote &&
      enableScheduleAsyncDeliver &&
      this.#pendingCount < scheduleAsyncDeliverMaxPendingLimit
    return isTaken && (isAhead || this.#pending)
  }

  /** Deliveries count in their order, however their answers come. */
  #track(stored: Promise<boolean>, count: number, endOffset: number): void {
    this.#pendingCount += count
    this.#pending = Promise.all([this.#pending, stored]).then(([isBefore, isThis]) => {
      this.#pendingCount -= count
      const isStored = isBefore && isThis
      if (isStored) this.#moveTo(endOffset)
      return isStored
    })
  }

  #logSkipped(queueOffset: number): void {
    this.#deps.logger.error(
      { level: this.#deps.level, queueOffset },
      'delayed message cannot be delivered: it is gone or does not say where it belongs',
    )
  }

  /** All before `offset` is delivered. */
  #moveTo(offset: number): void {
    this.#deliveredOffset = offset
    this.#deps.onOffset(offset)
  }
}

function isDelayedUnit(unit: CqUnit): unit is DelayedUnit {
  return unit.tagsCode !== undefined
}
