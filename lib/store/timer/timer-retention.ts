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
  #cleaning: Promise<void> | undefined
  /**
   * Of the last scan: no unit before `position` that belongs to `startOffset` of the commit log or beyond was to be delivered at
   * `readTimeMs`.
   */
  #scanned = { startOffset: 0, readTimeMs: 0, position: 0 }

  constructor(deps: TimerRetentionDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'timer log files cannot be removed')
  }

  start(): void {
    this.#timer = this.#deps.clock.setInterval(() => {
      this.#cleaning ??= this.#clean().finally(() => (this.#cleaning = undefined))
    }, CLEAN_PERIOD_MS)
  }

  /** Resolves when no file is being removed any more. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#cleaning
  }

  /** Whether messages between two offsets of the commit log wait for their time. */
  async isNeeded(startOffset: number, endOffset: number): Promise<boolean> {
    const { state, log } = this.#deps
    if (state.isDequeuing && (await this.#hasUnread(endOffset))) return true
    const { readTimeMs } = state
    let isNeeded = false
    // The log is in the order of the messages, and is removed with them: those of the oldest file come first.
    const from = this.#scanFrom(startOffset, readTimeMs)
    const position = await scanTimerLog(log, from, (unit) => {
      const { commitLogOffset } = unit
      if (commitLogOffset >= startOffset && commitLogOffset < endOffset) {
        isNeeded ||= unitDeliverMs(unit) >= readTimeMs
      }
      return !isNeeded && commitLogOffset < endOffset
    })
    this.#scanned = { startOffset, readTimeMs, position }
    return isNeeded
  }

  /** A slave enters only what its master has entered: for the rest, which may be everything, its files do not wait. */
  async #hasUnread(endOffset: number): Promise<boolean> {
    const { messageStore, state } = this.#deps
    const { queueOffset } = state
    const [next] = await messageStore.iterateFrom(TIMER_TOPIC, TIMER_QUEUE_ID, queueOffset, 1)
    return next !== undefined && next.commitLogOffset < endOffset
  }

  /** Files are asked for one after the other, and again until they are not needed: the scan goes on where it was. */
  #scanFrom(startOffset: number, readTimeMs: number): number {
    const first = this.#deps.log.files.first?.startOffset ?? 0
    const isBehind =
      startOffset >= this.#scanned.startOffset && readTimeMs >= this.#scanned.readTimeMs
    return isBehind ? Math.max(first, this.#scanned.position) : first
  }

  /** Never rejects. */
  async #clean(): Promise<void> {
    const { log, messageStore } = this.#deps
    try {
      while (log.files.files.length > 1 && log.files.first !== undefined) {
        if (lastCommitLogOffset(log.files.first) >= messageStore.minPhysicalOffset) break
        await log.files.unlinkFirst()
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
