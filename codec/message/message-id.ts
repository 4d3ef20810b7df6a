import { CodecError } from '../errors.ts'
import { readInt64, writeInt64 } from '../java.ts'
import { Host } from './host.ts'

/*
 * Offset id (server side `msgId`): upper-case hex of the store host's IP (4 or 16 bytes), its port (4), the commit log
 * offset (8). Source: common.message.MessageDecoder#createMessageId
 */
const OFFSET_ID_TAIL = 12
/*
 * Unique id (`UNIQ_KEY`): upper-case hex of the client's IP (4 or 16), process id (2), class loader hash (4), milliseconds
 * since the start of the month in local time (4), counter (2). Source: common.message.MessageClientIDSetter
 */
const UNIQ_ID_TAIL = 12

/** Where a message stands, by its offset id. */
export interface MessageId {
  readonly host: Host
  readonly commitLogOffset: number
}

/** The id of the message at `commitLogOffset` in the store of `storeHost`: 32 or 56 characters. */
export function createOffsetMsgId(storeHost: Host, commitLogOffset: number): string {
  const { ip, port } = storeHost
  const bytes = Buffer.allocUnsafe(ip.length + OFFSET_ID_TAIL)
  bytes.set(ip, 0)
  bytes.writeInt32BE(port, ip.length)
  writeInt64(bytes, commitLogOffset, ip.length + 4)
  return bytes.toString('hex').toUpperCase()
}

/** @throws CodecError when `id` is not an offset id */
export function decodeOffsetMsgId(id: string): MessageId {
  const bytes = decodeHex(id, OFFSET_ID_TAIL)
  const ipLength = bytes.length - OFFSET_ID_TAIL
  const host = new Host(bytes.subarray(0, ipLength), bytes.readInt32BE(ipLength))
  return { host, commitLogOffset: readInt64(bytes, ipLength + 4) }
}

/** What a unique id tells about its maker. */
export interface UniqId {
  readonly ip: Buffer
  readonly processId: number
  /** Milliseconds since the start of the month in which it was made. */
  readonly sinceMonthMs: number
  readonly counter: number
}

/** @throws CodecError when `id` is not a unique id */
export function decodeUniqId(id: string): UniqId {
  const bytes = decodeHex(id, UNIQ_ID_TAIL)
  const ipLength = bytes.length - UNIQ_ID_TAIL
  return {
    ip: bytes.subarray(0, ipLength),
    processId: bytes.readUInt16BE(ipLength),
    sinceMonthMs: bytes.readInt32BE(ipLength + 6),
    counter: bytes.readUInt16BE(ipLength + 10),
  }
}

/** Makes unique ids for messages that come without one. One for each server. */
export class UniqIdGenerator {
  readonly #bytes: Buffer
  readonly #timePosition: number
  #counter = 0

  /** `salt` (int32) tells apart generators of one process. */
  constructor(ip: Buffer, processId: number, salt: number) {
    this.#timePosition = ip.length + 6
    this.#bytes = Buffer.alloc(ip.length + UNIQ_ID_TAIL)
    this.#bytes.set(ip, 0)
    this.#bytes.writeUInt16BE(processId & 0xffff, ip.length)
    this.#bytes.writeInt32BE(salt | 0, ip.length + 2)
  }

  /** `monthStartMs`: start of the current month in local time (`startOfLocalMonth` in lib/common/clock.ts). */
  create(nowMs: number, monthStartMs: number): string {
    this.#bytes.writeInt32BE(Math.max(nowMs - monthStartMs, 0) | 0, this.#timePosition)
    this.#bytes.writeUInt16BE(this.#counter, this.#timePosition + 4)
    this.#counter = (this.#counter + 1) & 0xffff
    return this.#bytes.toString('hex').toUpperCase()
  }
}

function decodeHex(id: string, tail: number): Buffer {
  const bytes = Buffer.from(id, 'hex')
  if (bytes.length * 2 !== id.length || (bytes.length !== 4 + tail && bytes.length !== 16 + tail)) {
    throw new CodecError(`${JSON.stringify(id)} is not a message id`)
  }
  return bytes
}
