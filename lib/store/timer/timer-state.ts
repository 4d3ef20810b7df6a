import type { RecoveredTimers } from './timer-recovery.ts'
import { floorTo } from './timer-config.ts'

/** How far the stages have come. */
export class TimerState {
  /** The first slot that has not been delivered. */
  readTimeMs = 0
  /** Slots before this one are closed: they are being delivered, or have been. */
  writeTimeMs = 0
  /** Next message of rmq_sys_wheel_timer. */
  queueOffset = 0
  /** Store time of the last message that was read, and when that was. */
  lastStoreTimestamp = 0
  lastEnqueueMs = 0
  /** Messages that have entered the wheel. */
  enqueued = 0
  /** Messages are delivered, which a slave does not. */
  isDequeuing = false
  recovered: RecoveredTimers | undefined

  begin(recovered: RecoveredTimers): void {
    this.recovered = recovered
    this.readTimeMs = recovered.readTimeMs
    this.queueOffset = recovered.queueOffset
  }

  /** Messages below a queue offset that are due from a time on are in the log. */
  markLogged(queueOffset: number, writeTimeMs: number): void {
    if (this.recovered === undefined) return
    const { logged } = this.recovered
    this.recovered = {
      ...this.recovered,
      logged: {
        queueOffset: Math.max(queueOffset, logged.queueOffset),
        writeTimeMs: Math.max(writeTimeMs, logged.writeTimeMs),
      },
    }
  }

  /** Closes the slots that are over. */
  moveWriteTime(nowMs: number, precisionMs: number): void {
    this.writeTimeMs = Math.max(this.writeTimeMs, floorTo(nowMs, precisionMs))
  }
}
