import { CodecError } from '../errors.ts'

/*
 * One message in the body of a client's batch:
 *
 *  offset  size  field
 *       0     4  size of the whole
 *       4     4  magic, unused (0)
 *       8     4  body CRC, unused (0)
 *      12     4  flag
 *      16   4+n  body length and body
 *    20+n   2+p  properties length and properties
 *
 * Source: common.message.MessageDecoder#encodeMessage
 */
const FIXED = 22

/** One message of a batch; `body` is a view of the batch. */
export interface BatchMember {
  readonly flag: number
  readonly body: Buffer
  /** Encoded properties (properties.ts). */
  readonly properties: string
}

/** Cuts the body of a batch into its messages. @throws CodecError when lengths do not add up */
export function decodeBatch(batch: Buffer): BatchMember[] {
  const members: BatchMember[] = []
  let position = 0
  while (position < batch.length) {
    const size = checkSize(batch, position)
    const bodyStart = position + 20
    const bodyEnd = bodyStart + checkLength(batch.readInt32BE(position + 16), size - FIXED)
    const propertiesLength = checkLength(batch.readInt16BE(bodyEnd), size - FIXED)
    const end = bodyEnd + 2 + propertiesLength
    if (end !== position + size)
      throw new CodecError(`batch member of ${size} bytes ends at ${end}`)
    members.push({
      flag: batch.readInt32BE(position + 12),
      body: batch.subarray(bodyStart, bodyEnd),
      properties: batch.toString('utf8', bodyEnd + 2, end),
    })
    position = end
  }
  return members
}

/** How many messages there are, by their sizes alone. @throws CodecError as `decodeBatch` */
export function countBatch(batch: Buffer): number {
  let count = 0
  for (let position = 0; position < batch.length; count++) position += checkSize(batch, position)
  return count
}

function checkSize(batch: Buffer, position: number): number {
  const left = batch.length - position
  const size = left < FIXED ? 0 : batch.readInt32BE(position)
  if (size < FIXED || size > left) {
    throw new CodecError(`batch member of ${size} bytes where ${left} are left`)
  }
  return size
}

function checkLength(length: number, limit: number): number {
  if (length < 0 || length > limit) throw new CodecError(`batch member with a length of ${length}`)
  return length
}

/** The body of a batch as clients send it. */
export function encodeBatch(members: readonly BatchMember[]): Buffer {
  return Buffer.concat(members.map(encodeMember))
}

function encodeMember({ flag, body, properties }: BatchMember): Buffer {
  const text = Buffer.from(properties)
  const member = Buffer.alloc(FIXED + body.length + text.length)
  member.writeInt32BE(member.length, 0)
  member.writeInt32BE(flag, 12)
  member.writeInt32BE(body.length, 16)
  member.set(body, 20)
  member.writeInt16BE(text.length, 20 + body.length)
  member.set(text, 22 + body.length)
  return member
}
