import type { DataVersion } from '../body/data-version.ts'
import { readInt64, writeInt64 } from '../java.ts'

/**
 * How far the timers have come: the first 56 bytes of config/timercheck, and the answer to GET_TIMER_CHECK_POINT.
 * Source: store.timer.TimerCheckpoint
 */
export interface TimerCheckpointValues {
  /** The first slot that has not been delivered. */
  lastReadTimeMs: number
  /** Position in the timer log below which everything is on the disk. */
  lastTimerLogFlushPos: number
  /** Next message of rmq_sys_wheel_timer. */
  lastTimerQueueOffset: number
  /** The master's, on a slave. */
  masterTimerQueueOffset: number
  dataVersion: DataVersion
}

export const TIMER_CHECKPOINT_FILE_SIZE = 4096
const TIMER_CHECKPOINT_SIZE = 56

export function encodeTimerCheckpoint(values: TimerCheckpointValues): Buffer {
  const { dataVersion } = values
  const bytes = Buffer.alloc(TIMER_CHECKPOINT_SIZE)
  const fields = [
    values.lastReadTimeMs,
    values.lastTimerLogFlushPos,
    values.lastTimerQueueOffset,
    values.masterTimerQueueOffset,
    dataVersion.stateVersion,
    dataVersion.timestamp,
    dataVersion.counter,
  ]
  fields.forEach((field, index) => writeInt64(bytes, field, index * 8))
  return bytes
}

/** Fields that are cut off, as those of the version in an older file, or that can be no time or offset, are 0. */
export function decodeTimerCheckpoint(bytes: Buffer): TimerCheckpointValues {
  const at = (index: number): number => {
    if (bytes.length < index * 8 + 8) return 0
    const value = readInt64(bytes, index * 8)
    return Number.isSafeInteger(value) && value > 0 ? value : 0
  }
  return {
    lastReadTimeMs: at(0),
    lastTimerLogFlushPos: at(1),
    lastTimerQueueOffset: at(2),
    masterTimerQueueOffset: at(3),
    dataVersion: { stateVersion: at(4), timestamp: at(5), counter: at(6) },
  }
}
