import { FrameError } from './errors.ts'
import type { ExtFields } from './remoting-command.ts'
import { RemotingCommand } from './remoting-command.ts'

/*
 *  offset  size   field
 *       0     2   code (int16: codes above 32767 do not fit and need JSON)
 *       2     1   language
 *       3     2   version
 *       5     4   opaque
 *       9     4   flag
 *      13   4+n   remark: length, UTF-8
 *    17+n   4+m   extFields: length, then key length (2), key, value length (4), value, repeated
 *
 * Source: remoting.protocol.RocketMQSerializable
 */
const FIXED = 21

/**
 * The binary header in `buffer[start, end)`. Empty values decode to "not there", as Apache's do.
 * @throws FrameError when a length leads outside the header
 */
export function decodeRocketmqHeader(buffer: Buffer, start: number, end: number): RemotingCommand {
  if (end - start < FIXED)
    throw new FrameError(`a binary header of ${end - start} bytes is too short`)
  const command = new RemotingCommand(buffer.readInt16BE(start))
  command.language = buffer[start + 2] as number
  command.version = buffer.readInt16BE(start + 3)
  command.opaque = buffer.readInt32BE(start + 5)
  command.flag = buffer.readInt32BE(start + 9)
  const remarkStart = start + 17
  const remarkEnd =
    remarkStart + checkedLength(buffer.readInt32BE(start + 13), end - remarkStart - 4)
  if (remarkEnd > remarkStart) command.remark = buffer.toString('utf8', remarkStart, remarkEnd)
  const fieldsStart = remarkEnd + 4
  const fieldsEnd = fieldsStart + checkedLength(buffer.readInt32BE(remarkEnd), end - fieldsStart)
  if (fieldsEnd > fieldsStart) command.extFields = decodeFields(buffer, fieldsStart, fieldsEnd)
  return command
}

function checkedLength(length: number, available: number): number {
  if (length >= 0 && length <= available) return length
  throw new FrameError(`a length of ${length} leads outside the binary header`)
}

function decodeFields(buffer: Buffer, start: number, end: number): ExtFields {
  const fields: ExtFields = {}
  let position = start
  while (position < end) {
    if (end - position < 6) throw new FrameError('a header field is cut off')
    const keyStart = position + 2
    const keyEnd = keyStart + checkedLength(buffer.readInt16BE(position), end - keyStart - 4)
    const valueStart = keyEnd + 4
    const valueEnd = valueStart + checkedLength(buffer.readInt32BE(keyEnd), end - valueStart)
    if (keyEnd > keyStart && valueEnd > valueStart) {
      fields[buffer.toString('utf8', keyStart, keyEnd)] = buffer.toString(
        'utf8',
        valueStart,
        valueEnd,
      )
    }
    position = valueEnd
  }
  return fields
}

/** The binary header behind `reserve` free bytes. */
export function encodeRocketmqHeader(command: RemotingCommand, reserve: number): Buffer {
  const remark = command.remark ?? ''
  const fields = command.extFields ?? {}
  const remarkLength = Buffer.byteLength(remark)
  const fieldsLength = lengthOfFields(fields)
  const buffer = Buffer.allocUnsafe(reserve + FIXED + remarkLength + fieldsLength)
  let position = buffer.writeInt16BE((command.code << 16) >> 16, reserve)
  position = buffer.writeUInt8(command.language & 0xff, position)
  position = buffer.writeInt16BE((command.version << 16) >> 16, position)
  position = buffer.writeInt32BE(command.opaque, position)
  position = buffer.writeInt32BE(command.flag, position)
  position = buffer.writeInt32BE(remarkLength, position)
  position += buffer.write(remark, position)
  position = buffer.writeInt32BE(fieldsLength, position)
  writeFields(buffer, position, fields)
  return buffer
}

function lengthOfFields(fields: ExtFields): number {
  let length = 0
  for (const key in fields) {
    length += 6 + Buffer.byteLength(key) + Buffer.byteLength(fields[key] as string)
  }
  return length
}

function writeFields(buffer: Buffer, start: number, fields: ExtFields): void {
  let position = start
  for (const key in fields) {
    const keyLength = buffer.write(key, position + 2)
    buffer.writeInt16BE(keyLength, position)
    position += 2 + keyLength
    const valueLength = buffer.write(fields[key] as string, position + 4)
    buffer.writeInt32BE(valueLength, position)
    position += 4 + valueLength
  }
}
