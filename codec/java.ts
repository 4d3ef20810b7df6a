/*
 * What Java's types do, where formats depend on it. 64-bit integers are numbers here: offsets and times stay within the
 * safe range; a value beyond it can only be an address in consume queue ext, which has a type of its own.
 */

const TWO_32 = 0x1_0000_0000

/** Apache: String#hashCode, int32 */
export function javaHashCode(text: string): number {
  return continueHashCode(0, text)
}

/** The hash code of a text that begins with one whose hash code is `hash`, and ends with `text`. */
export function continueHashCode(hash: number, text: string): number {
  let code = hash
  for (let i = 0; i < text.length; i++) code = (Math.imul(code, 31) + text.charCodeAt(i)) | 0
  return code
}

/** A big-endian int64 as a number, exact within the safe range. */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_32 + buffer.readUInt32BE(position + 4)
}

/** Writes a safe integer as big-endian int64; returns the position behind it. */
export function writeInt64(buffer: Buffer, value: number, position: number): number {
  const high = Math.floor(value / TWO_32)
  buffer.writeInt32BE(high, position)
  return buffer.writeUInt32BE(value - high * TWO_32, position + 4)
}
