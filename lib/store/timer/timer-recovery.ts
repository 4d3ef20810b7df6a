import { recordQueueOffset } from '../../../codec/message/record-reader.ts'
import {
  TimerMagic,
  unitDeliverMs,
  type TimerLogUnit,
} from '../../../codec/store/timer-log-unit.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStore } from '../types.ts'
import type { TimerCheckpoint } from './timer-checkpoint.ts'
import { floorTo, oldestUnreadMs, TIMER_QUEUE_ID, TIMER_TOPIC } from './timer-config.ts'
import type { TimerLog } from './timer-log.ts'
import { scanTimerLog } from './timer-log-scan.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface TimerRecoveryDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  readonly wheel: TimerWheel
  readonly log: TimerLog
  readonly checkpoint: TimerCheckpoint
}

/** Where timers go on. */
export interface RecoveredTimers {
  /** The first slot that has not been delivered. */
  readonly readTimeMs: number
  /** The first message of rmq_sys_wheel_timer that is read again. */
  readonly queueOffset: number
  /** Behind the last message that may be known already: it was there before. */
  readonly endOffset: number
  /** Places in the commit log of messages that are read again, and are in the timer log: entered since the last flush. */
  readonly entered: ReadonlySet<number>
  /** Messages below this queue offset and due before this slot had been delivered at the last flush. */
  readonly settled: { readonly queueOffset: number; readonly timeMs: number }
}

/**
 * Brings wheel, log and checkpoint into agreement. The log tells more than the wheel after a crash, and all of it is read
 * when the wheel or the checkpoint is lost; what the log has lost is read again from its messages.
 *
 * Apache: store.timer.TimerMessageStore#recover
 */
export class TimerRecovery {
  readonly #deps: TimerRecoveryDeps
  #readTimeMs = 0
  #lastUnit: TimerLogUnit | undefined
  readonly #entered = new Set<number>()
  /** Place in the commit log of the first message that was not known to be entered at the last flush. */
  #unflushedFrom = Infinity

  constructor(deps: TimerRecoveryDeps) {
    this.#deps = deps
  }

  /** @throws (rejects) StoreError when a file has the wrong size or is missing, and what the file system says */
  async run(): Promise<RecoveredTimers> {
    const { clock, logger, wheel, log, checkpoint } = this.#deps
    const isWheelThere = wheel.load()
    const isCheckpointThere = checkpoint.load()
    log.files.load(false)
    this.#readTimeMs =
      checkpoint.lastReadTimeMs > 0
        ? floorTo(checkpoint.lastReadTimeMs, wheel.precisionMs)
        : oldestUnreadMs(clock.now(), wheel.precisionMs)
    const committed = isCheckpointThere ? this.#committedQueueOffset() : Infinity
    this.#unflushedFrom = await this.#commitLogOffset(committed)
    const flushedOffset = isWheelThere ? checkpoint.lastTimerLogFlushPos : 0
    const beginOffset = this.#fileBegin(flushedOffset - log.files.fileSize)
    const endOffset = await this.#readLog(beginOffset)
    log.begin(endOffset)
    const lostFrom = this.#dropLost(endOffset)
    if (lostFrom !== undefined) await this.#readLog(this.#fileBegin(lostFrom))
    const readTimeMs = this.#readTimeMs
    const queueOffset = await this.#nextQueueOffset(isCheckpointThere, committed)
    const settled = { queueOffset: checkpoint.lastTimerQueueOffset, timeMs: readTimeMs }
    const entered = this.#entered
    const logged = { readTimeMs, queueOffset, entered: entered.size, settled, logEnd: endOffset }
    logger.info(logged, 'timers recovered')
    return { readTimeMs, queueOffset, endOffset: this.#maxQueueOffset, entered, settled }
  }

  get #maxQueueOffset(): number {
    return this.#deps.messageStore.getMaxOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID)
  }

  /** Of the message at a queue offset; Infinity when there is none. */
  async #commitLogOffset(queueOffset: number): Promise<number> {
    const { messageStore } = this.#deps
    const minOffset = messageStore.getMinOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID)
    const from = Math.max(queueOffset, minOffset)
    if (from >= this.#maxQueueOffset) return Infinity
    const [unit] = await messageStore.iterateFrom(TIMER_TOPIC, TIMER_QUEUE_ID, from, 1)
    return unit?.commitLogOffset ?? Infinity
  }

  /** Begin of the file that holds `offset`, or of the nearest one. */
  #fileBegin(offset: number): number {
    const { files } = this.#deps.log
    const first = files.first?.startOffset ?? 0
    const last = files.last?.startOffset ?? 0
    return Math.min(Math.max(files.fileStart(offset), first), last)
  }

  /** Adds to the wheel what it does not know; resolves with the end of the log. */
  #readLog(from: number): Promise<number> {
    const { log, wheel, messageStore } = this.#deps
    const { maxPhysicalOffset } = messageStore
    return scanTimerLog(log, from, (unit, position) => {
      // The commit log may have lost its end, in a power cut, while this log has not.
      if (unit.commitLogOffset + unit.size > maxPhysicalOffset) return false
      this.#lastUnit = unit
      if (unit.commitLogOffset >= this.#unflushedFrom) this.#entered.add(unit.commitLogOffset)
      const timeMs = unitDeliverMs(unit)
      if (timeMs < this.#readTimeMs) return true
      if ((wheel.getSlot(timeMs)?.lastPos ?? -1) >= position) return true
      wheel.link(timeMs, position, (unit.magic & TimerMagic.DELETE) === 0 ? 1 : -1)
      return true
    })
  }

  /** Empties slots whose chains end beyond the log; returns the lowest position at which one of them begins. */
  #dropLost(endOffset: number): number | undefined {
    const { wheel, logger } = this.#deps
    let lowest: number | undefined
    let count = 0
    for (const [timeMs, slot] of [...wheel.slots(this.#readTimeMs)]) {
      if (slot.lastPos < endOffset) continue
      lowest = Math.min(lowest ?? Infinity, slot.firstPos)
      wheel.remove(timeMs)
      count++
    }
    if (count > 0) logger.warn({ count, endOffset }, 'the timer wheel was ahead of the timer log')
    return lowest
  }

  async #nextQueueOffset(isCheckpointThere: boolean, committed: number): Promise<number> {
    const { messageStore, checkpoint } = this.#deps
    const minOffset = Math.max(messageStore.getMinOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID), 0)
    const logged = await this.#loggedQueueOffset()
    const isLogLost = this.#lastUnit === undefined && checkpoint.lastTimerLogFlushPos > 0
    const next = isLogLost ? 0 : Math.min(logged ?? (isCheckpointThere ? Infinity : 0), committed)
    return Math.min(Math.max(next, minOffset), this.#maxQueueOffset)
  }

  #committedQueueOffset(): number {
    const { lastTimerQueueOffset, masterTimerQueueOffset } = this.#deps.checkpoint
    return Math.min(lastTimerQueueOffset, masterTimerQueueOffset)
  }

  /** Behind the message of the log's last unit; undefined when there is none, or its message is gone. */
  async #loggedQueueOffset(): Promise<number | undefined> {
    if (this.#lastUnit === undefined) return undefined
    const [record] = await this.#deps.messageStore.getRecords([this.#lastUnit])
    return record === undefined ? undefined : recordQueueOffset(record, 0) + 1
  }
}
