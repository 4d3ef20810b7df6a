import type { RecoveredTimers } from './timer-recovery.ts'
import type { LogPlace } from '../types.ts'
import { floorTo } from './timer-config.ts'
import type { WaitingMessage } from './timer-message.ts'

/** Slots whose late messages are told apart; those beyond are taken for one slot. */
const MAX_LATE_SLOTS = 1_024

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
  /** The first message of each slot that came too late for its own. */
  #late: { slotMs: number; readonly queueOffset: number }[] = []

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

  /** A message comes into a slot that is not its own, for that one is closed. */
  noteLate(slotMs: number, queueOffset: number): void {
    const last = this.#late.at(-1)
    if (last?.slotMs === slotMs) return
    this.#dropDelivered()
    if (last !== undefined && this.#late.length >= MAX_LATE_SLOTS) last.slotMs = slotMs
    else this.#late.push({ slotMs, queueOffset })
  }

  /** The first late message that has not been delivered; Infinity when there is none. */
  get firstLateOffset(): number {
    this.#dropDelivered()
    return this.#late.reduce((first, { queueOffset }) => Math.min(first, queueOffset), Infinity)
  }

  #dropDelivered(): void {
    if (this.#late.length === 0) return
    this.#late = this.#late.filter(({ slotMs }) => slotMs >= this.readTimeMs)
  }
}
