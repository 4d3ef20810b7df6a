import type { FileHandle, FileSystem } from '../../common/file-system.ts'
import type { SeriesFile } from './store-directory.ts'

const PIECE_BYTES = 4 * 1024 * 1024
/** Space in front of a piece for what is left of the one before, mostly a part of one record. */
const REST_BYTES = 256 * 1024

/**
 * A part of a file in memory that moves towards its end; the next piece is read while this one is being worked on. Two
 * buffers take turns, so that `bytes` are valid only until the next `advance`.
 */
export class FileWindow {
  readonly #handle: FileHandle
  readonly #fileSize: number
  #bytes: Buffer = Buffer.alloc(0)
  #position: number
  #spare: Buffer = Buffer.allocUnsafeSlow(REST_BYTES + PIECE_BYTES)
  #ahead: Promise<Piece>
  #isLast = false

  constructor(fileSystem: FileSystem, { path, size }: SeriesFile, position: number) {
    this.#handle = fileSystem.open(path, 'r')
    this.#fileSize = size
    this.#position = position
    this.#ahead = this.#read(Buffer.allocUnsafeSlow(REST_BYTES + PIECE_BYTES), position)
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  /** Where in the file `bytes` begins. */
  get position(): number {
    return this.#position
  }

  /** No more will come. */
  get isLast(): boolean {
    return this.#isLast
  }

  /** Forgets the first `count` bytes and adds the next piece of the file. */
  async advance(count: number): Promise<void> {
    const piece = await this.#ahead
    const rest = this.#bytes.subarray(count)
    this.#bytes = join(rest, piece)
    this.#position += count
    const end = this.#position + this.#bytes.length
    this.#isLast = piece.length === 0 || end >= this.#fileSize
    const free = this.#spare
    this.#spare = piece.buffer
    this.#ahead = this.#isLast
      ? Promise.resolve({ buffer: free, length: 0 })
      : this.#read(free, end)
  }

  async #read(buffer: Buffer, position: number): Promise<Piece> {
    const wanted = Math.max(Math.min(PIECE_BYTES, this.#fileSize - position), 0)
    const target = buffer.subarray(REST_BYTES, REST_BYTES + wanted)
    return { buffer, length: wanted === 0 ? 0 : await this.#handle.read(target, position) }
  }

  /** Waits for the read that runs, and closes the file. */
  async close(): Promise<void> {
    await this.#ahead.catch(() => undefined)
    this.#handle.close()
  }
}

/** Bytes of the file in `buffer`, behind the space for the rest of the piece before. */
interface Piece {
  readonly buffer: Buffer
  readonly length: number
}

function join(rest: Buffer, { buffer, length }: Piece): Buffer {
  const end = REST_BYTES + length
  if (rest.length > REST_BYTES) return Buffer.concat([rest, buffer.subarray(REST_BYTES, end)])
  const start = REST_BYTES - rest.length
  buffer.set(rest, start)
  return buffer.subarray(start, end)
}
