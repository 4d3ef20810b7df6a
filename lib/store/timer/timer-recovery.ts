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
  /**
   * The log ends with the message before this queue offset, entered when slots before this time were closed: messages below the
   * one and due at or after the other were not late, and are in the log.
   */
  readonly logged: { readonly queueOffset: number; readonly writeTimeMs: number }
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
    const flushedOffset = isWheelThere ? checkpoint.lastTimerLogFlushPos : 0
    const beginOffset = this.#fileBegin(flushedOffset - log.files.fileSize)
    const endOffset = await this.#readLog(beginOffset)
    log.begin(endOffset)
    const lostFrom = this.#dropLost(endOffset)
    if (lostFrom !== undefined) await this.#readLog(this.#fileBegin(lostFrom))
    const offsets = await this.#queueOffsets(isCheckpointThere)
    const settled = { queueOffset: checkpoint.lastTimerQueueOffset, timeMs: this.#readTimeMs }
    const recovered = { readTimeMs: this.#readTimeMs, ...offsets, settled }
    logger.info({ ...recovered, endOffset }, 'timers recovered')
    return recovered
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

  async #queueOffsets(
    isCheckpointThere: boolean,
  ): Promise<Pick<RecoveredTimers, 'queueOffset' | 'logged'>> {
    const { messageStore, checkpoint } = this.#deps
    const minOffset = Math.max(messageStore.getMinOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID), 0)
    const maxOffset = messageStore.getMaxOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID)
    const logged = await this.#loggedQueueOffset()
    const isLogLost = this.#lastUnit === undefined && checkpoint.lastTimerLogFlushPos > 0
    const committed = isCheckpointThere ? this.#committedQueueOffset() : Infinity
    const next = isLogLost ? 0 : Math.min(logged ?? (isCheckpointThere ? Infinity : 0), committed)
    return {
      queueOffset: Math.min(Math.max(next, minOffset), maxOffset),
      logged: { queueOffset: logged ?? 0, writeTimeMs: this.#lastUnit?.writeTimeMs ?? 0 },
    }
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
