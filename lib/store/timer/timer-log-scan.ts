import {
  isTimerLogBlank,
  isTimerLogUnit,
  readTimerLogUnit,
  TIMER_LOG_UNIT_SIZE,
  type TimerLogUnit,
} from '../../../codec/store/timer-log-unit.ts'
import type { TimerLog } from './timer-log.ts'

const READ_BYTES = 20_000 * TIMER_LOG_UNIT_SIZE

/**
 * Calls `onUnit` for each unit from `from` on, which is a unit's or a file's begin, until it returns false, or there is no
 * unit any more. Resolves with the position where that is.
 */
export async function scanTimerLog(
  log: TimerLog,
  from: number,
  onUnit: (unit: TimerLogUnit, position: number) => boolean,
): Promise<number> {
  let position = from
  for (;;) {
    const window = await log.readForward(position, READ_BYTES)
    if (window === undefined) return position
    const { bytes } = window
    if (isTimerLogBlank(bytes, 0)) {
      position = log.files.fileStart(position) + log.files.fileSize
      continue
    }
    let at = 0
    for (; isTimerLogUnit(bytes, at); at += TIMER_LOG_UNIT_SIZE) {
      if (!onUnit(readTimerLogUnit(bytes, at), position + at)) return position + at
    }
    if (at === 0) return position
    position += at
  }
}
