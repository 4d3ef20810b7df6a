import {
  isTimerLogUnit,
  readTimerLogUnit,
  TIMER_LOG_BLANK_SIZE,
  TIMER_LOG_UNIT_SIZE,
  unitDeliverMs,
} from '../../../codec/store/timer-log-unit.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { LogFile } from '../logfile/log-file.ts'
import type { MessageStore } from '../types.ts'
import { TIMER_QUEUE_ID, TIMER_TOPIC } from './timer-config.ts'
import type { TimerLog } from './timer-log.ts'
import { scanTimerLog } from './timer-log-scan.ts'
import type { TimerState } from './timer-state.ts'

export interface TimerRetentionDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: MessageStore
  readonly log: TimerLog
  readonly state: TimerState
}

/** Source: store.timer.TimerMessageStore#start */
const CLEAN_PERIOD_MS = 30_000

/**
 * Keeps commit log files with messages that wait, and removes timer log files whose messages are gone. Apache keeps
 * messages by storing them again every two days, which is less than it keeps files by default.
 *
 * Apache: store.MappedFileQueue#deleteExpiredFileByOffsetForTimerLog
 */
export class TimerRetention {
  readonly #deps: TimerRetentionDeps
  readonly #failures: FailureLog
  #timer: Timer | undefined

  constructor(deps: TimerRetentionDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'timer log files cannot be removed')
  }

  start(): void {
    this.#timer = this.#deps.clock.setInterval(() => this.#clean(), CLEAN_PERIOD_MS)
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** Whether messages between two offsets of the commit log wait for their time. */
  async isNeeded(startOffset: number, endOffset: number): Promise<boolean> {
    const { messageStore, state, log } = this.#deps
    const { queueOffset } = state
    const [next] = await messageStore.iterateFrom(TIMER_TOPIC, TIMER_QUEUE_ID, queueOffset, 1)
    if (next !== undefined && next.commitLogOffset < endOffset) return true
    let isNeeded = false
    const first = log.files.first
    if (first === undefined) return false
    // The log is in the order of the messages, and is removed with them: those of the oldest file come first.
    await scanTimerLog(log, first.startOffset, (unit) => {
      const { commitLogOffset } = unit
      if (commitLogOffset >= startOffset && commitLogOffset < endOffset) {
        isNeeded ||= unitDeliverMs(unit) >= state.readTimeMs
      }
      return !isNeeded && commitLogOffset < endOffset
    })
    return isNeeded
  }

  #clean(): void {
    const { log, messageStore } = this.#deps
    try {
      while (log.files.files.length > 1 && log.files.first !== undefined) {
        if (lastCommitLogOffset(log.files.first) >= messageStore.minPhysicalOffset) break
        if (!log.files.removeFirst()) break
      }
      this.#failures.worked()
    } catch (error) {
      this.#failures.failed(error)
    }
  }
}

/** Of the last unit of a full file; Infinity when there is none. */
function lastCommitLogOffset(file: LogFile): number {
  const units = Math.floor((file.size - TIMER_LOG_BLANK_SIZE) / TIMER_LOG_UNIT_SIZE)
  const bytes = Buffer.alloc(TIMER_LOG_UNIT_SIZE)
  file.readSync(bytes, file.startOffset + (units - 1) * TIMER_LOG_UNIT_SIZE)
  return isTimerLogUnit(bytes, 0) ? readTimerLogUnit(bytes, 0).commitLogOffset : Infinity
}
