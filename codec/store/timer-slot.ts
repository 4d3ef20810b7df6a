import { readInt64, writeInt64 } from '../java.ts'

/*
 * One slot of the file `timerwheel`: the timers that are due within one step of the wheel's precision. A slot holds
 * those of the time that it names; under any other time it is empty. What has not been written is zero.
 *
 *  offset  size  field
 *       0     8  time of delivery / precision
 *       8     8  position in the timer log of the first unit
 *      16     8  position of the last unit, which leads to those before it
 *      24     4  number of timers less those that are recalled
 *      28     4  magic, unused
 *
 * Source: store.timer.Slot, store.timer.TimerWheel
 */
export const TIMER_SLOT_SIZE = 32
/** Twice the slots that timers may be ahead: those of the past are still there when they are late. */
export const TIMER_WHEEL_SLOTS = 2 * 7 * 24 * 3600
export const TIMER_WHEEL_FILE_SIZE = TIMER_WHEEL_SLOTS * TIMER_SLOT_SIZE

export interface TimerSlot {
  readonly firstPos: number
  readonly lastPos: number
  readonly num: number
}

/** Time of delivery / precision of the slot at `position`; 0 when it has never been used. */
export function slotTime(buffer: Buffer, position: number): number {
  return readInt64(buffer, position)
}

export function slotFirstPos(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + 8)
}

export function slotLastPos(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + 16)
}

export function slotNum(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + 24)
}

export function writeSlot(buffer: Buffer, position: number, time: number, slot: TimerSlot): void {
  writeInt64(buffer, time, position)
  writeInt64(buffer, slot.firstPos, position + 8)
  writeInt64(buffer, slot.lastPos, position + 16)
  buffer.writeInt32BE(slot.num, position + 24)
}
