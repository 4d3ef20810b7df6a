import { readInt64, writeInt64 } from '../java.ts'

/*
 * What a consume queue knows of a message besides its place, where enableConsumeQueueExt is set: size (2) of the unit, tags code
 * (8), store time (8), bytes of the bit map (2), bit map. The unit in the consume queue then has the offset of this one in
 * place of its tags code, as an address (consume-queue-unit.ts).
 *
 * A unit never goes over the end of a file: the size -1 says that the rest of the file is empty, and 4 bytes are kept for it.
 *
 * Source: store.ConsumeQueueExt
 */
export const MIN_EXT_UNIT_SIZE = 20
export const MAX_EXT_UNIT_SIZE = 0x7fff
export const END_BLANK_DATA_LENGTH = 4
const END_OF_FILE = -1

/** Source: store.ConsumeQueueExt.CqExtUnit */
export interface CqExtUnit {
  readonly tagsCode: number
  /** Milliseconds since 1970. */
  readonly msgStoreTime: number
  /** Which consumers' expressions the message fulfils (bloom-filter.ts); undefined when that was not computed. */
  readonly filterBitMap: Buffer | undefined
}

export function extUnitSize(filterBitMap: Buffer | undefined): number {
  return MIN_EXT_UNIT_SIZE + (filterBitMap?.length ?? 0)
}

/** Writes a unit at `position`; there has to be room for `extUnitSize` bytes. */
export function writeExtUnit(buffer: Buffer, position: number, unit: CqExtUnit): void {
  const { tagsCode, msgStoreTime, filterBitMap } = unit
  let at = buffer.writeInt16BE(extUnitSize(filterBitMap), position)
  at = writeInt64(buffer, tagsCode, at)
  at = writeInt64(buffer, msgStoreTime, at)
  at = buffer.writeInt16BE(filterBitMap?.length ?? 0, at)
  filterBitMap?.copy(buffer, at)
}

export function writeEndOfFile(buffer: Buffer, position: number): void {
  buffer.writeInt16BE(END_OF_FILE, position)
}

/** Bytes of the unit at `position`; 0 where none has been written, -1 at the end of what a file holds. */
export function readExtUnitSize(buffer: Buffer, position: number): number {
  return position + 2 > buffer.length ? 0 : buffer.readInt16BE(position)
}

/** The unit at `position`, its bit map a view of `buffer`; undefined when there is none, or not all of it. */
export function readExtUnit(buffer: Buffer, position: number): CqExtUnit | undefined {
  const size = readExtUnitSize(buffer, position)
  const end = position + size
  if (size < MIN_EXT_UNIT_SIZE || end > buffer.length) return undefined
  const mapLength = buffer.readInt16BE(position + 18)
  if (mapLength > size - MIN_EXT_UNIT_SIZE) return undefined
  return {
    tagsCode: readInt64(buffer, position + 2),
    msgStoreTime: readInt64(buffer, position + 10),
    filterBitMap: mapLength > 0 ? buffer.subarray(position + MIN_EXT_UNIT_SIZE, end) : undefined,
  }
}
