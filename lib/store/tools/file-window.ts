import type { FileHandle, FileSystem } from '../../common/file-system.ts'
import type { SeriesFile } from './store-directory.ts'

const READ_BYTES = 4 * 1024 * 1024

/** A part of a file in memory that moves towards its end; the next piece is read while this one is being worked on. */
export class FileWindow {
  readonly #handle: FileHandle
  readonly #fileSize: number
  #bytes: Buffer = Buffer.alloc(0)
  #position: number
  #ahead: Promise<Buffer>
  #isLast = false

  constructor(fileSystem: FileSystem, { path, size }: SeriesFile, position: number) {
    this.#handle = fileSystem.open(path, 'r')
    this.#fileSize = size
    this.#position = position
    this.#ahead = this.#read(position)
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
    const next = await this.#ahead
    this.#bytes = Buffer.concat([this.#bytes.subarray(count), next])
    this.#position += count
    const end = this.#position + this.#bytes.length
    this.#isLast = next.length === 0 || end >= this.#fileSize
    this.#ahead = this.#isLast ? Promise.resolve(Buffer.alloc(0)) : this.#read(end)
  }

  async #read(position: number): Promise<Buffer> {
    const length = Math.max(Math.min(READ_BYTES, this.#fileSize - position), 0)
    const piece = Buffer.allocUnsafeSlow(length)
    return piece.subarray(0, length === 0 ? 0 : await this.#handle.read(piece, position))
  }

  /** Waits for the read that runs, and closes the file. */
  async close(): Promise<void> {
    await this.#ahead.catch(() => undefined)
    this.#handle.close()
  }
}
