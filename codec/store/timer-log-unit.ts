import { readInt64, writeInt64 } from '../java.ts'
import { BLANK_MAGIC } from '../message/record.ts'

/*
 * A unit of the timer log, 52 bytes: where a message lies that waits for its time. The units of a slot are a chain from
 * the last one back.
 *
 *  offset  size  field
 *       0     4  size, 52
 *       4     8  position of the slot's unit before; -1 for its first one
 *      12     4  magic: bits of TimerMagic
 *      16     8  time of writing, rounded down to the precision
 *      24     4  time of delivery - time of writing, milliseconds
 *      28     8  commit log offset of the message
 *      36     4  size of the message's record
 *      40     4  hash code of the topic that the message is for
 *      44     8  reserved
 *
 * A file ends with a filler: its size (4), 0 (8), magic (4).
 * Source: store.timer.TimerLog, store.timer.TimerMessageStore#doEnqueue
 */
export const TIMER_LOG_UNIT_SIZE = 52
/** What a file keeps for its filler. */
export const TIMER_LOG_BLANK_SIZE = 16

export const TimerMagic = {
  DEFAULT: 1,
  /** The message is further away than the wheel reaches: it is put back then and not delivered. */
  ROLL: 1 << 1,
  /** Not a message but the order to drop one. */
  DELETE: 1 << 2,
} as const
const MAGIC_BITS = 0xf

export interface TimerLogUnit {
  readonly prevPos: number
  readonly magic: number
  readonly writeTimeMs: number
  readonly delayMs: number
  readonly commitLogOffset: number
  readonly size: number
  readonly topicHash: number
}

export function writeTimerLogUnit(buffer: Buffer, position: number, unit: TimerLogUnit): void {
  buffer.writeInt32BE(TIMER_LOG_UNIT_SIZE, position)
  writeInt64(buffer, unit.prevPos, position + 4)
  buffer.writeInt32BE(unit.magic, position + 12)
  writeInt64(buffer, unit.writeTimeMs, position + 16)
  buffer.writeInt32BE(unit.delayMs, position + 24)
  writeInt64(buffer, unit.commitLogOffset, position + 28)
  buffer.writeInt32BE(unit.size, position + 36)
  buffer.writeInt32BE(unit.topicHash, position + 40)
  buffer.fill(0, position + 44, position + TIMER_LOG_UNIT_SIZE)
}

/** True when a unit stands at `position`. Source: store.timer.TimerMessageStore#isMagicOK */
export function isTimerLogUnit(buffer: Buffer, position: number): boolean {
  if (position + TIMER_LOG_UNIT_SIZE > buffer.length) return false
  const magic = buffer.readInt32BE(position + 12)
  return buffer.readInt32BE(position) === TIMER_LOG_UNIT_SIZE && (magic | MAGIC_BITS) === MAGIC_BITS
}

export function readTimerLogUnit(buffer: Buffer, position: number): TimerLogUnit {
  return {
    prevPos: readInt64(buffer, position + 4),
    magic: buffer.readInt32BE(position + 12),
    writeTimeMs: readInt64(buffer, position + 16),
    delayMs: buffer.readInt32BE(position + 24),
    commitLogOffset: readInt64(buffer, position + 28),
    size: buffer.readInt32BE(position + 36),
    topicHash: buffer.readInt32BE(position + 40),
  }
}

/** When the unit's slot is due, as it is written. */
export function unitDeliverMs(unit: TimerLogUnit): number {
  return unit.writeTimeMs + unit.delayMs
}

/** The filler of the last `length` bytes of a file. */
export function encodeTimerLogBlank(length: number): Buffer {
  const blank = Buffer.alloc(TIMER_LOG_BLANK_SIZE)
  blank.writeInt32BE(length, 0)
  blank.writeInt32BE(BLANK_MAGIC, 12)
  return blank
}

export function isTimerLogBlank(buffer: Buffer, position: number): boolean {
  if (position + TIMER_LOG_BLANK_SIZE > buffer.length) return false
  return buffer.readInt32BE(position + 12) === BLANK_MAGIC
}
