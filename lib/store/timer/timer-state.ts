import type { RecoveredTimers } from './timer-recovery.ts'
import type { LogPlace } from '../types.ts'
import { floorTo } from './timer-config.ts'
import type { WaitingMessage } from './timer-message.ts'

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
  #recovered: RecoveredTimers | undefined
  #takenOver = { queueOffset: 0, timeMs: 0 }

  begin(recovered: RecoveredTimers): void {
    this.#recovered = recovered
    this.readTimeMs = recovered.readTimeMs
    this.queueOffset = recovered.queueOffset
  }

  /** Goes back to a queue offset: of the messages up to here, those due from a time on are in the wheel. */
  goBack(queueOffset: number, enteredOffset: number, timeMs: number): void {
    this.#takenOver = { queueOffset: enteredOffset, timeMs }
    this.queueOffset = queueOffset
  }

  /** All before a queue offset has been read. */
  moveQueueOffset(queueOffset: number): void {
    this.queueOffset = queueOffset
    if (queueOffset >= (this.#recovered?.endOffset ?? 0)) this.#recovered = undefined
  }

  /** What is read again may be in the log already, or delivered. */
  isKnown({ commitLogOffset }: LogPlace, { queueOffset, deliverMs }: WaitingMessage): boolean {
    if (queueOffset < this.#takenOver.queueOffset && deliverMs >= this.#takenOver.timeMs)
      return true
    if (this.#recovered === undefined) return false
    const { entered, settled } = this.#recovered
    return (
      entered.has(commitLogOffset) ||
      (queueOffset < settled.queueOffset && deliverMs < settled.timeMs)
    )
  }

  /** Closes the slots that are over. */
  moveWriteTime(nowMs: number, precisionMs: number): void {
    this.writeTimeMs = Math.max(this.writeTimeMs, floorTo(nowMs, precisionMs))
  }
}
