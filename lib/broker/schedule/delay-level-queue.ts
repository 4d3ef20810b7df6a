import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { CqUnit, MessageStore } from '../../store/types.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { messageTimeUp } from './delayed-delivery.ts'
import { delayLevel2QueueId } from './delay-transform.ts'

export interface DelayLevelQueueDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  readonly level: number
  readonly delayMs: number
  /** Told of each step forward, and where the queue stands when it has to wait. */
  readonly onOffset: (offset: number) => void
}

/** Messages looked up and put at a time. */
const BATCH = 32
const RETRY_MS = 100
/** Delivery times are wall clock times: after this a sleeping queue looks at the clock again, in case it was set. */
const MAX_SLEEP_MS = 10_000

/**
 * Delivers the messages of one delay level in their order, none before its time. It sleeps until the first one is due,
 * or, when there is none, until the store tells of one.
 *
 * Apache: broker.schedule.ScheduleMessageService.DeliverDelayedMessageTimerTask
 */
export class DelayLevelQueue {
  readonly #deps: DelayLevelQueueDeps
  readonly #queueId: number
  #offset: number
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(deps: DelayLevelQueueDeps, offset: number) {
    this.#deps = deps
    this.#queueId = delayLevel2QueueId(deps.level)
    this.#offset = offset
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
    const { messageStore } = this.#deps
    return messageStore.getMaxOffsetInQueue(SystemTopic.RMQ_SYS_SCHEDULE_TOPIC, this.#queueId)
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
    try {
      while (!this.#isStopped) {
        const units = await this.#nextUnits()
        const first = units[0]
        if (first === undefined) return this.#maxOffset > this.#offset ? RETRY_MS : undefined
        const waitMs = this.#waitMs(first)
        if (waitMs > 0) {
          this.#moveTo(this.#offset)
          return waitMs
        }
        const later = units.findIndex((unit) => this.#waitMs(unit) > 0)
        const due = later < 0 ? units : units.slice(0, later)
        if (!(await this.#deliver(due))) return RETRY_MS
      }
    } catch (error) {
      this.#deps.logger.error({ err: error, level: this.#deps.level }, 'delayed delivery failed')
      return RETRY_MS
    }
    return undefined
  }

  async #nextUnits(): Promise<readonly CqUnit[]> {
    const topic = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
    const { messageStore } = this.#deps
    const minOffset = messageStore.getMinOffsetInQueue(topic, this.#queueId)
    if (minOffset > this.#offset) this.#moveTo(minOffset)
    return messageStore.iterateFrom(topic, this.#queueId, this.#offset, BATCH)
  }

  /** A time further away than the level's delay means that the clock was set back: the message is due. */
  #waitMs({ tagsCode }: CqUnit): number {
    const nowMs = this.#deps.clock.now()
    return tagsCode > nowMs + this.#deps.delayMs ? 0 : tagsCode - nowMs
  }

  /** False when one could not be put: it is the next to be tried, and those behind it are put again. */
  async #deliver(units: readonly CqUnit[]): Promise<boolean> {
    const { messageStore } = this.#deps
    const messages = await Promise.all(
      units.map((unit) => messageStore.lookMessageByOffset(unit.commitLogOffset)),
    )
    const puts = messages.map((delayed) => {
      const message = delayed === undefined ? undefined : messageTimeUp(delayed)
      return message === undefined ? undefined : this.#put(message)
    })
    for (const [index, put] of puts.entries()) {
      const { queueOffset } = units[index] as CqUnit
      if (put === undefined) this.#logSkipped(queueOffset)
      else if (!(await put)) return false
      this.#moveTo(queueOffset + 1)
    }
    return true
  }

  /** True when the message is in the store, however safe. */
  #put(message: Parameters<MessageStore['putMessage']>[0]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#deps.messageStore.putMessage(message, ({ status, appended }) => {
        if (appended === undefined) {
          const { topic } = message
          this.#deps.logger.warn({ status, topic, level: this.#deps.level }, 'delivery refused')
        }
        resolve(appended !== undefined)
      })
    })
  }

  #logSkipped(queueOffset: number): void {
    this.#deps.logger.error(
      { level: this.#deps.level, queueOffset },
      'delayed message cannot be delivered: it is gone or does not say where it belongs',
    )
  }

  #moveTo(offset: number): void {
    this.#offset = offset
    this.#deps.onOffset(offset)
  }
}
