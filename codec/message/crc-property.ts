import { crc32 } from 'node:zlib'
import { MessageConst } from './property-names.ts'

/*
 * A CRC-32 of the whole record but its last 20 bytes, which are this property: `__CRC32#` 0x01, ten decimal digits, the
 * least significant first, 0x02. Written when enabledAppendPropCRC is set.
 * Source: common.UtilAll#crc32, store.CommitLog#CRC32_RESERVED_LEN
 */
const HEAD = `${MessageConst.PROPERTY_CRC32}\x01`
const DIGITS = 10
export const CRC32_RESERVED_LENGTH: number = HEAD.length + DIGITS + 1

/** Fills the last 20 bytes of the record in `buffer` from `start` to `end`. */
export function writeCrcProperty(buffer: Buffer, start: number, end: number): void {
  const from = end - CRC32_RESERVED_LENGTH
  const digits = String(crc32(buffer.subarray(start, from)) & 0x7fffffff)
  const reversed = [...digits].reverse().join('').padEnd(DIGITS, '0')
  buffer.write(`${HEAD}${reversed}\x02`, from, 'latin1')
}

/** Whether the record's CRC property is there and right. Source: store.CommitLog#checkMessageAndReturnSize */
export function checkCrcProperty(record: Buffer): boolean {
  const from = record.length - CRC32_RESERVED_LENGTH
  if (from < 0) return false
  const text = record.toString('latin1', from)
  if (!text.startsWith(HEAD)) return false
  const digits = [...text.slice(HEAD.length, HEAD.length + DIGITS)].reverse().join('')
  return Number(digits) === (crc32(record.subarray(0, from)) & 0x7fffffff)
}
