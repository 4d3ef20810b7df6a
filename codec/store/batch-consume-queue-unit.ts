import { readInt64, writeInt64 } from '../java.ts'
import { unitCommitLogOffset, unitSize } from './consume-queue-unit.ts'

/*
 * One record of a queue of type BatchCQ: a message, or a batch that is kept as one. It begins as the unit of a
 * consume queue does, so that the functions for commit log offset, size and tags code serve both.
 *
 *  offset  size  field
 *       0     8  commit log offset
 *       8     4  size
 *      12     8  tags code
 *      20     8  store timestamp
 *      28     8  queue offset of the first message
 *      36     2  number of messages
 *      38     4  compacted offset: -1
 *      42     4  reserved: 0
 *
 * Source: store.queue.BatchConsumeQueue
 */
export const BATCH_CQ_STORE_UNIT_SIZE = 46
const INVALID_POSITION = -1

export interface BatchUnit {
  readonly commitLogOffset: number
  readonly size: number
  readonly tagsCode: number
  readonly storeTimestamp: number
  readonly baseOffset: number
  /** int16. */
  readonly batchNum: number
}

export function writeBatchUnit(buffer: Buffer, position: number, unit: BatchUnit): void {
  let at = writeInt64(buffer, unit.commitLogOffset, position)
  at = buffer.writeInt32BE(unit.size, at)
  at = writeInt64(buffer, unit.tagsCode, at)
  at = writeInt64(buffer, unit.storeTimestamp, at)
  at = writeInt64(buffer, unit.baseOffset, at)
  at = buffer.writeInt16BE(unit.batchNum, at)
  at = buffer.writeInt32BE(INVALID_POSITION, at)
  buffer.writeInt32BE(0, at)
}

export function batchUnitStoreTimestamp(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + 20)
}

/** Queue offset of the first message. */
export function batchUnitBaseOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + 28)
}

/** How many messages there are. */
export function batchUnitNum(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + 36)
}

/** False where nothing has been written. */
export function isBatchUnitWritten(buffer: Buffer, position: number): boolean {
  return (
    unitCommitLogOffset(buffer, position) >= 0 &&
    unitSize(buffer, position) > 0 &&
    batchUnitBaseOffset(buffer, position) >= 0 &&
    batchUnitNum(buffer, position) > 0
  )
}
