import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import type { TimerSlot } from '../../../codec/store/timer-slot.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStore } from '../types.ts'
import { readSlotContent, type TimerRequest } from './slot-reader.ts'
import type { TimerConfig } from './timer-config.ts'
import type { TimerLog } from './timer-log.ts'
import {
  decodeWaiting,
  deletedKeyOf,
  deleteKeyOf,
  deliveredMessage,
  rolledMessage,
} from './timer-message.ts'
import type { TimerMetrics } from './timer-metrics.ts'
import type { TimerPutService } from './timer-put-service.ts'
import type { TimerState } from './timer-state.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** Messages at a time: they are in memory together, and other work gets its turn between. */
const BATCH = 256
const RETRY_MS = 1_000
/** A slot that is being delivered at the stop is finished, but not for longer than this. */
const STOP_MS = 5_000
/** Slots are wall clock times: after this the clock is looked at again, in case it was set. */
const MAX_SLEEP_MS = 10_000

export interface TimerDequeueDeps {
  readonly config: TimerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  readonly state: TimerState
  readonly wheel: TimerWheel
  readonly log: TimerLog
  readonly metrics: TimerMetrics
  readonly puts: TimerPutService
  /** A slot has been delivered, or passed by. */
  readonly onMoved: () => void
}

/** Orders to drop messages: their topics by the keys that they name; `done` are those that have found theirs. */
interface DeleteOrders {
  readonly topics: ReadonlyMap<string, string | undefined>
  readonly done: Set<string>
}

/**
 * Delivers slot by slot what is due: a slot is read when it is over, so that nothing comes early.
 *
 * Apache: store.timer.TimerMessageStore.TimerDequeueGetService, TimerDequeueGetMessageService
 */
export class TimerDequeueService {
  readonly #deps: TimerDequeueDeps
  readonly #failures: FailureLog
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = true
  #stopMs = Infinity
  /** How many messages of a slot have been delivered. */
  #delivered = { timeMs: 0, count: 0 }

  constructor(deps: TimerDequeueDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'timer messages cannot be delivered')
  }

  /** Nothing is delivered before `disappearTimeAfterStart` is over. */
  start(): void {
    this.#isStopped = false
    const { disappearTimeAfterStart } = this.#deps.config
    if (disappearTimeAfterStart > 0) this.#sleep(disappearTimeAfterStart)
    else this.wake()
  }

  /** Something may be due; nothing happens while it sleeps or delivers. */
  wake(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#running !== undefined) return
    this.#running = this.#run().then((sleepMs) => {
      this.#running = undefined
      if (!this.#isStopped) this.#sleep(sleepMs)
    })
  }

  /** Of the slot at the read time some messages may have been delivered, and some not. */
  get isDelivering(): boolean {
    return this.#delivered.timeMs >= this.#deps.state.readTimeMs
  }

  /** Resolves when the slot that is being delivered has been delivered, or that cannot be done now. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopMs = this.#deps.clock.monotonic() + STOP_MS
    this.#timer?.cancel()
    await this.#running
  }

  /** Resolves when nothing is being delivered. */
  async idle(): Promise<void> {
    await this.#running
  }

  #sleep(ms: number): void {
    this.#timer = this.#deps.clock.setTimeout(() => {
      this.#timer = undefined
      this.wake()
    }, ms)
  }

  /** Resolves with the time after which it has to go on. Never rejects. */
  async #run(): Promise<number> {
    const { clock, state, wheel } = this.#deps
    try {
      while (this.#mayRun) {
        const openMs = this.#closeSlots()
        const timeMs = Math.max(wheel.nextUsed(state.readTimeMs, openMs), state.readTimeMs)
        this.#moveTo(timeMs)
        if (timeMs >= openMs) break
        const slot = wheel.getSlot(timeMs)
        if (slot !== undefined && !(await this.#deliverSlot(timeMs, slot))) return RETRY_MS
        this.#moveTo(timeMs + wheel.precisionMs)
      }
      this.#failures.worked()
    } catch (error) {
      this.#failures.failed(error, { timeMs: state.readTimeMs })
      return RETRY_MS
    }
    if (!this.#mayRun) return wheel.precisionMs
    const dueMs = state.readTimeMs + wheel.precisionMs - clock.now()
    return Math.min(Math.max(dueMs, 1), MAX_SLEEP_MS)
  }

  get #mayRun(): boolean {
    const { config, state } = this.#deps
    return !this.#isStopped && state.isDequeuing && !config.timerStopDequeue
  }

  /** Closes the slots that are over; returns the first one that is not. */
  #closeSlots(): number {
    const { clock, state, wheel } = this.#deps
    const nowMs = clock.now()
    state.moveWriteTime(nowMs, wheel.precisionMs)
    return Math.floor(nowMs / wheel.precisionMs) * wheel.precisionMs
  }

  #moveTo(timeMs: number): void {
    const { state, onMoved } = this.#deps
    if (timeMs <= state.readTimeMs) return
    state.readTimeMs = timeMs
    onMoved()
  }

  /** False when it has to be done again. */
  async #deliverSlot(timeMs: number, slot: TimerSlot): Promise<boolean> {
    const { clock, log, logger, state, wheel } = this.#deps
    const content = await readSlotContent(log, timeMs, slot, wheel.precisionMs)
    if (content.brokenAt !== undefined) {
      logger.error({ timeMs, position: content.brokenAt }, 'a chain of the timer log is broken')
    }
    const orders = await this.#readOrders(content.deletes)
    if (this.#delivered.timeMs !== timeMs) this.#delivered = { timeMs, count: 0 }
    const delivered = this.#delivered
    while (delivered.count < content.messages.length) {
      if (!state.isDequeuing || clock.monotonic() > this.#stopMs) return false
      const batch = content.messages.slice(delivered.count, delivered.count + BATCH)
      if (!(await this.#deliver(batch, orders))) return false
      delivered.count += batch.length
    }
    // An order counts as a message less from the beginning.
    for (const [key, topic] of orders.topics) if (!orders.done.has(key)) this.#count(topic, 1)
    return true
  }

  async #readOrders(requests: readonly TimerRequest[]): Promise<DeleteOrders> {
    const topics = new Map<string, string | undefined>()
    for (let start = 0; start < requests.length; start += BATCH) {
      const records = await this.#deps.messageStore.getRecords(requests.slice(start, start + BATCH))
      for (const record of records) {
        const order = decodeWaiting(record)
        const key = order === undefined ? undefined : deletedKeyOf(order)
        if (order !== undefined && key !== undefined) topics.set(key, realTopicOf(order))
      }
    }
    return { topics, done: new Set() }
  }

  async #deliver(requests: readonly TimerRequest[], orders: DeleteOrders): Promise<boolean> {
    const { messageStore, puts, logger } = this.#deps
    const records = await messageStore.getRecords(requests)
    const messages: MessageExtBrokerInner[] = []
    requests.forEach((request, index) => {
      const waiting = decodeWaiting(records[index])
      if (waiting !== undefined && isRecalled(waiting, orders)) return
      const message = waiting === undefined ? undefined : this.#convert(waiting, request)
      if (message === undefined) {
        const { commitLogOffset } = request
        logger.error({ commitLogOffset }, 'timer message is gone, or does not say where it belongs')
      } else {
        messages.push(message)
      }
    })
    return puts.putAll(messages)
  }

  #convert(
    waiting: MessageExt,
    { enqueueMs, isRoll }: TimerRequest,
  ): MessageExtBrokerInner | undefined {
    const times = { enqueueMs, dequeueMs: this.#deps.clock.now() }
    this.#count(realTopicOf(waiting), -1)
    return isRoll ? rolledMessage(waiting, times) : deliveredMessage(waiting, times)
  }

  #count(topic: string | undefined, value: number): void {
    if (topic !== undefined) this.#deps.metrics.addAndGet(topic, value)
  }
}

function realTopicOf({ properties }: MessageExt): string | undefined {
  return findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC)
}

function isRecalled(waiting: MessageExt, { topics, done }: DeleteOrders): boolean {
  const key = topics.size === 0 ? undefined : deleteKeyOf(waiting)
  if (key === undefined || !topics.has(key)) return false
  done.add(key)
  return true
}
