import { javaHashCode } from '../../../codec/java.ts'
import { recordStoreTimestamp } from '../../../codec/message/record-reader.ts'
import { TimerMagic } from '../../../codec/store/timer-log-unit.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { CqUnit, MessageStore } from '../types.ts'
import type { TimerCheckpoint } from './timer-checkpoint.ts'
import {
  oldestUnreadMs,
  rollWindowSlots,
  TIMER_QUEUE_ID,
  TIMER_TOPIC,
  type TimerConfig,
} from './timer-config.ts'
import { readWaitingMessage } from './timer-message.ts'
import type { WaitingMessage } from './timer-message.ts'
import type { TimerLog } from './timer-log.ts'
import type { TimerMetrics } from './timer-metrics.ts'
import type { TimerState } from './timer-state.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** Messages at a time: other work gets its turn between. */
const BATCH = 256
const RETRY_MS = 1_000

export interface TimerEnqueueDeps {
  readonly config: TimerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  readonly state: TimerState
  readonly wheel: TimerWheel
  readonly log: TimerLog
  readonly checkpoint: TimerCheckpoint
  readonly metrics: TimerMetrics
  readonly onEnqueue?: (topic: string, delayMs: number) => void
}

/**
 * Reads the messages that wait for their time in the order of their queue, and enters them into log and wheel. What is late
 * already comes into the slot that is open, so that it meets the order to drop it; Apache delivers it at once.
 *
 * Apache: store.timer.TimerMessageStore.TimerEnqueueGetService, TimerEnqueuePutService
 */
export class TimerEnqueueService {
  readonly #deps: TimerEnqueueDeps
  readonly #failures: FailureLog
  #running: Promise<void> | undefined
  #retry: Timer | undefined
  #isStopped = true
  /** Behind what is in the wheel, but not written: a disk that fails must not let it enter a second time. */
  #takenOffset: number | undefined

  constructor(deps: TimerEnqueueDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'timer messages cannot be read')
  }

  start(): void {
    this.#isStopped = false
    this.wake()
  }

  /** There may be more to read; nothing happens while it reads. */
  wake(): void {
    if (this.#isStopped || this.#running !== undefined || !this.#mayRun()) return
    this.#retry?.cancel()
    this.#retry = undefined
    this.#running = this.#run().finally(() => (this.#running = undefined))
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#retry?.cancel()
    await this.#running
  }

  /**
   * Only while stopped: reads again from a queue offset on, for what was late when `readTimeMs` was reached. What comes
   * from then on is in the wheel if it has been read before.
   */
  goBack(queueOffset: number, readTimeMs: number): void {
    const { state } = this.#deps
    const entered = this.#takenOffset ?? state.queueOffset
    if (queueOffset >= entered) return
    this.#takenOffset = undefined
    state.goBack(queueOffset, entered, readTimeMs)
  }

  #mayRun(): boolean {
    const { config, clock, wheel, state } = this.#deps
    if (config.timerStopEnqueue) return false
    if (!state.isDequeuing && this.#behindMaster <= 0) return false
    return state.readTimeMs >= oldestUnreadMs(clock.now(), wheel.precisionMs)
  }

  /** Messages that the master has entered, and this slave has not. */
  get #behindMaster(): number {
    const { state, checkpoint } = this.#deps
    return checkpoint.masterTimerQueueOffset - state.queueOffset
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    try {
      while (!this.#isStopped && this.#mayRun() && (await this.#next())) {
        await new Promise((resolve) => setImmediate(resolve))
      }
      this.#failures.worked()
    } catch (error) {
      this.#failures.failed(error, { queueOffset: this.#deps.state.queueOffset })
      if (!this.#isStopped) {
        this.#retry = this.#deps.clock.setTimeout(() => this.wake(), RETRY_MS)
      }
    }
  }

  /** Takes the next messages, or finishes those that it has taken; false when there are none, or it is stopped. */
  async #next(): Promise<boolean> {
    const { state, log } = this.#deps
    this.#takenOffset ??= await this.#takeBatch()
    if (this.#takenOffset === undefined) return false
    log.write()
    state.moveQueueOffset(this.#takenOffset)
    this.#takenOffset = undefined
    return true
  }

  /** Resolves with the offset behind the messages; undefined when there are none. */
  async #takeBatch(): Promise<number | undefined> {
    const { messageStore, state } = this.#deps
    const minOffset = messageStore.getMinOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID)
    state.queueOffset = Math.max(state.queueOffset, minOffset)
    const units = await messageStore.iterateFrom(
      TIMER_TOPIC,
      TIMER_QUEUE_ID,
      state.queueOffset,
      state.isDequeuing ? BATCH : Math.min(BATCH, this.#behindMaster),
    )
    const last = units.at(-1)
    if (last === undefined) return undefined
    this.#enqueueAll(units, await messageStore.getRecords(units))
    return last.queueOffset + 1
  }

  #enqueueAll(units: readonly CqUnit[], records: readonly (Buffer | undefined)[]): void {
    const { clock, state, wheel, logger } = this.#deps
    state.moveWriteTime(clock.now(), wheel.precisionMs)
    state.lastEnqueueMs = clock.now()
    units.forEach((unit, index) => {
      const record = records[index]
      const waiting = record === undefined ? undefined : readWaitingMessage(record)
      if (record === undefined || waiting === undefined) {
        const { queueOffset } = unit
        logger.error({ queueOffset }, 'timer message is gone, or does not say when it is due')
        return
      }
      state.lastStoreTimestamp = recordStoreTimestamp(record, 0)
      if (state.isKnown(unit, waiting)) return
      const isLate = state.isDequeuing && waiting.deliverMs < state.writeTimeMs
      if (isLate) state.noteLate(state.writeTimeMs, unit.queueOffset)
      this.#enqueue(unit, waiting)
    })
  }

  /** Source: store.timer.TimerMessageStore#doEnqueue */
  #enqueue(unit: CqUnit, { deliverMs, bornTimestamp, realTopic, isDelete }: WaitingMessage): void {
    const { state, wheel, log, metrics } = this.#deps
    const { writeTimeMs } = state
    // Its own slot is closed: the message is late, or the clock was set back.
    const dueMs = state.isDequeuing ? Math.max(deliverMs, writeTimeMs) : deliverMs
    const slotMs = this.#rollTimeMs(dueMs)
    const isRoll = slotMs !== undefined
    const timeMs = slotMs ?? dueMs
    const change = isDelete ? -1 : 1
    log.append({
      prevPos: wheel.link(timeMs, log.nextPosition(), change),
      magic:
        TimerMagic.DEFAULT | (isRoll ? TimerMagic.ROLL : 0) | (isDelete ? TimerMagic.DELETE : 0),
      writeTimeMs,
      delayMs: timeMs - writeTimeMs,
      commitLogOffset: unit.commitLogOffset,
      size: unit.size,
      topicHash: javaHashCode(realTopic),
    })
    metrics.addAndGet(realTopic, change)
    state.enqueued++
    this.#deps.onEnqueue?.(realTopic, deliverMs - bornTimestamp)
  }

  /** Where a message that is too far away waits first; undefined when it is not. */
  #rollTimeMs(deliverMs: number): number | undefined {
    const { config, state, wheel } = this.#deps
    const { precisionMs } = wheel
    const { writeTimeMs } = state
    const slots = rollWindowSlots(config)
    const beyondMs = deliverMs - writeTimeMs - slots * precisionMs
    if (beyondMs < 0) return undefined
    // Shortly beyond the window it would come back for a moment only: it comes back half-way.
    const isNear = beyondMs < Math.floor(slots / 3) * precisionMs
    return writeTimeMs + (isNear ? Math.floor(slots / 2) : slots) * precisionMs
  }
}
