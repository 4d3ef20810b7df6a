import type { LogFile } from '../logfile/log-file.ts'

const READ_BYTES = 4 * 1024 * 1024
/** Before the bytes that are read, for what was left of the piece before: a part of a record. */
const ROOM_BYTES = 64 * 1024

/** A file of the log, piece by piece. The next piece is read while one is being looked at, in two buffers used in turn. */
export class LogPieces {
  readonly #file: LogFile
  #readOffset: number
  #free: Buffer
  #used: Buffer
  /** Bytes read into `#free`, behind the room. */
  #ahead: Promise<number>

  constructor(file: LogFile, fromOffset: number) {
    this.#file = file
    this.#readOffset = fromOffset
    const bytes = ROOM_BYTES + Math.min(READ_BYTES, file.endOffset - fromOffset)
    this.#free = Buffer.allocUnsafeSlow(bytes)
    this.#used = Buffer.allocUnsafeSlow(bytes)
    this.#ahead = this.#readAhead()
  }

  first(): Promise<Buffer> {
    return this.next(Buffer.alloc(0))
  }

  /** `rest`, the end of the last piece, and what follows it in the file. Valid until the next call. */
  async next(rest: Buffer): Promise<Buffer> {
    const end = ROOM_BYTES + (await this.#ahead)
    const start = ROOM_BYTES - rest.length
    const isRoomy = start >= 0
    if (isRoomy) rest.copy(this.#free, start)
    const piece = isRoomy
      ? this.#free.subarray(start, end)
      : Buffer.concat([rest, this.#free.subarray(ROOM_BYTES, end)])
    const last = this.#used
    this.#used = this.#free
    this.#free = last
    this.#ahead = this.#readAhead()
    return piece
  }

  async #readAhead(): Promise<number> {
    const offset = this.#readOffset
    const length = Math.min(READ_BYTES, this.#file.endOffset - offset)
    if (length <= 0) return 0
    this.#readOffset += length
    return this.#file.read(this.#free.subarray(ROOM_BYTES, ROOM_BYTES + length), offset)
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    await this.#ahead.catch(() => undefined)
  }
}
