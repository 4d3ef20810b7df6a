import { FrameError } from './errors.ts'
import type { RemotingCommand } from './remoting-command.ts'
import { SerializeType } from './remoting-command.ts'
import { decodeJsonHeader, encodeJsonHeader } from './serialize-json.ts'
import { decodeRocketmqHeader, encodeRocketmqHeader } from './serialize-rocketmq.ts'

/*
 *  offset  size       field
 *       0     4       length of all that follows
 *       4     1       serialize type: 0 JSON, 1 ROCKETMQ
 *       5     3       header length n
 *       8     n       header
 *     8+n  rest       body
 *
 * Source: remoting.netty.NettyDecoder, remoting.protocol.RemotingCommand#decode
 */
const LENGTH_FIELD = 4
const PREFIX = 8
const HEADER_LENGTH_MASK = 0xffffff

/** Apache's default of `com.rocketmq.remoting.frameMaxLength`, in bytes of the length field's value. */
export const FRAME_MAX_LENGTH = 16_777_216

/** A frame that comes in pieces is gathered in a buffer of this size at first, which grows with what really comes. */
const FIRST_GATHERING = 65_536

/**
 * Cuts frames out of a stream of chunks, whatever the chunks' borders. A state machine without input or output.
 *
 * A frame that lies within one chunk is passed on as a view of that chunk; one that does not is gathered in a buffer that
 * ends with its exact size: what a peer only promises takes no memory. After an error the decoder must not be used again.
 */
export class FrameDecoder {
  readonly #maxLength: number
  /** Bytes of a frame of which less than the length field has come. */
  #head: Buffer | undefined
  /** The frame being gathered, how much of it is there, and how long it will be. */
  #frame: Buffer | undefined
  #filled = 0
  #size = 0

  constructor(maxLength: number = FRAME_MAX_LENGTH) {
    this.#maxLength = maxLength
  }

  /** Bytes of memory taken until the rest of a frame comes. */
  get pendingBytes(): number {
    return (this.#frame?.length ?? 0) + (this.#head?.length ?? 0)
  }

  /**
   * Passes each complete frame (length field included) to `onFrame`, in order.
   * @throws FrameError when a length is negative, too small to hold a header, or over the limit
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let position = 0
    if (this.#head !== undefined) {
      chunk = Buffer.concat([this.#head, chunk])
      this.#head = undefined
    } else if (this.#frame !== undefined) {
      position = this.#fill(chunk)
      if (this.#filled < this.#size) return
      const frame = this.#frame
      this.#frame = undefined
      onFrame(frame)
    }
    while (chunk.length - position >= LENGTH_FIELD) {
      const size = LENGTH_FIELD + this.#checkLength(chunk.readInt32BE(position))
      if (chunk.length - position < size) {
        this.#size = size
        this.#frame = Buffer.allocUnsafeSlow(Math.min(size, FIRST_GATHERING))
        this.#filled = 0
        this.#fill(chunk.subarray(position))
        return
      }
      onFrame(chunk.subarray(position, position + size))
      position += size
    }
    if (position < chunk.length) this.#head = Buffer.from(chunk.subarray(position))
  }

  /** Takes what belongs to the frame; how many bytes those were. */
  #fill(chunk: Buffer): number {
    let frame = this.#frame as Buffer
    const filled = Math.min(this.#filled + chunk.length, this.#size)
    if (filled > frame.length) {
      frame = Buffer.allocUnsafeSlow(Math.min(Math.max(2 * frame.length, filled), this.#size))
      this.#frame?.copy(frame, 0, 0, this.#filled)
      this.#frame = frame
    }
    const copied = chunk.copy(frame, this.#filled)
    this.#filled = filled
    return copied
  }

  #checkLength(length: number): number {
    if (length < LENGTH_FIELD || length > this.#maxLength) {
      throw new FrameError(`frame length ${length} is not within 4..${this.#maxLength}`)
    }
    return length
  }
}

/**
 * The command in a frame as FrameDecoder cuts it. Its body is a view of the frame.
 * @throws FrameError when the header does not fit, is longer than allowed, of an unknown type or cannot be parsed
 */
export function decodeFrame(
  frame: Buffer,
  maxHeaderLength: number = HEADER_LENGTH_MASK,
): RemotingCommand {
  const type = frame[LENGTH_FIELD]
  const headerLength = frame.readInt32BE(LENGTH_FIELD) & HEADER_LENGTH_MASK
  const bodyStart = PREFIX + headerLength
  if (headerLength > maxHeaderLength) {
    throw new FrameError(`header length ${headerLength} exceeds ${maxHeaderLength}`)
  }
  if (bodyStart > frame.length) {
    throw new FrameError(`header length ${headerLength} exceeds the frame of ${frame.length} bytes`)
  }
  const command = decodeHeader(type, frame, bodyStart)
  if (bodyStart < frame.length) command.body = frame.subarray(bodyStart)
  return command
}

function decodeHeader(type: number | undefined, frame: Buffer, end: number): RemotingCommand {
  if (type === SerializeType.JSON) return decodeJsonHeader(frame, PREFIX, end)
  if (type === SerializeType.ROCKETMQ) return decodeRocketmqHeader(frame, PREFIX, end)
  throw new FrameError(`unknown serialize type ${type}`)
}

/**
 * The bytes of a command up to its body: length field, header length and header. The caller writes the body
 * (`body` or `bodySlices`) behind it; the length field counts it already.
 */
export function encodeFrameHead(
  command: RemotingCommand,
  type: SerializeType = SerializeType.JSON,
): Buffer {
  const head =
    type === SerializeType.JSON
      ? encodeJsonHeader(command, PREFIX)
      : encodeRocketmqHeader(command, PREFIX)
  const headerLength = head.length - PREFIX
  head.writeInt32BE(LENGTH_FIELD + headerLength + bodyLength(command), 0)
  if (headerLength > HEADER_LENGTH_MASK) {
    throw new FrameError(`a header of ${headerLength} bytes does not fit into a frame`)
  }
  head.writeInt32BE((type << 24) | headerLength, LENGTH_FIELD)
  return head
}

/** A whole frame in one buffer: for tests and rare calls; connections write head and body apart. */
export function encodeFrame(
  command: RemotingCommand,
  type: SerializeType = SerializeType.JSON,
): Buffer {
  const head = encodeFrameHead(command, type)
  const body = command.bodySlices ?? (command.body === undefined ? [] : [command.body])
  return Buffer.concat([head, ...body])
}

/** Bytes of the body that go behind the header. */
export function bodyLength(command: RemotingCommand): number {
  if (command.bodySlices === undefined) return command.body?.length ?? 0
  let length = 0
  for (const slice of command.bodySlices) length += slice.length
  return length
}
