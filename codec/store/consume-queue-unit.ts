import { readInt64, writeInt64 } from '../java.ts'

/*
 * One message of a queue: commit log offset (8), size (4), tags code (8). Units below a queue's first message, when its
 * file does not begin with it, are blank: offset 0, size 0x7FFFFFFF, tags code 0. What has not been written is zero.
 *
 * Source: store.ConsumeQueue
 */
export const CQ_STORE_UNIT_SIZE = 20
const BLANK_SIZE = 0x7fffffff
/** Tags codes up to here are addresses in consume queue ext: an offset less 2^63. Source: store.ConsumeQueueExt#MAX_ADDR */
const MAX_EXT_ADDRESS = -2147483649
const SIGN_BIT = 0x80000000

export function writeUnit(
  buffer: Buffer,
  position: number,
  commitLogOffset: number,
  size: number,
  tagsCode: number,
): void {
  writeInt64(buffer, commitLogOffset, position)
  buffer.writeInt32BE(size, position + 8)
  writeInt64(buffer, tagsCode, position + 12)
}

export function writeBlankUnit(buffer: Buffer, position: number): void {
  writeUnit(buffer, position, 0, BLANK_SIZE, 0)
}

export function unitCommitLogOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position)
}

export function unitSize(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + 8)
}

/** undefined for an address in consume queue ext. */
export function unitTagsCode(buffer: Buffer, position: number): number | undefined {
  const tagsCode = readInt64(buffer, position + 12)
  return tagsCode <= MAX_EXT_ADDRESS ? undefined : tagsCode
}

/** Where in consume queue ext the unit points; undefined when it has a tags code instead. */
export function unitExtOffset(buffer: Buffer, position: number): number | undefined {
  const high = buffer.readUInt32BE(position + 12)
  const low = buffer.readUInt32BE(position + 16)
  const isAddress = high >= SIGN_BIT && high * 0x1_0000_0000 + low - 2 ** 64 <= MAX_EXT_ADDRESS
  return isAddress ? (high - SIGN_BIT) * 0x1_0000_0000 + low : undefined
}

/** Replaces the tags code of a unit. */
export function writeUnitExtOffset(buffer: Buffer, position: number, extOffset: number): void {
  writeInt64(buffer, extOffset, position + 12)
  buffer[position + 12] = (buffer[position + 12] as number) | 0x80
}

/** False where nothing has been written. Blank units count as written. */
export function isUnitWritten(buffer: Buffer, position: number): boolean {
  return unitCommitLogOffset(buffer, position) >= 0 && unitSize(buffer, position) > 0
}

export function isUnitBlank(buffer: Buffer, position: number): boolean {
  return unitSize(buffer, position) === BLANK_SIZE && unitCommitLogOffset(buffer, position) === 0
}
