import { toError } from '../../common/errors.ts'
import type { FileHandle, FileSystem } from '../../common/file-system.ts'
import type { ClosableFile, OpenFiles } from './open-files.ts'

/**
 * One file of a series: a range of `size` bytes of a log, from `startOffset` on. Offsets given to its methods are those
 * of the log. It is opened when first used, and closed when too many files are open.
 *
 * Apache: store.logfile.DefaultMappedFile; read and written by position instead of mapped
 */
export class LogFile implements ClosableFile {
  readonly path: string
  readonly startOffset: number
  readonly size: number
  readonly #fileSystem: FileSystem
  readonly #openFiles: OpenFiles
  #handle: FileHandle | undefined
  /** Asynchronous calls that run. */
  #pins = 0
  #closing = false
  #idleWaiters: (() => void)[] = []

  constructor(
    path: string,
    startOffset: number,
    size: number,
    fileSystem: FileSystem,
    openFiles: OpenFiles,
  ) {
    this.path = path
    this.startOffset = startOffset
    this.size = size
    this.#fileSystem = fileSystem
    this.#openFiles = openFiles
  }

  get endOffset(): number {
    return this.startOffset + this.size
  }

  get modifiedMs(): number {
    return this.#fileSystem.stat(this.path)?.modifiedMs ?? 0
  }

  /** Makes the file: sparse, full of zeroes. Nothing is left of it when that fails. */
  create(): void {
    try {
      this.#handle = this.#fileSystem.createSparse(this.path, this.size)
    } catch (error) {
      this.#fileSystem.remove(this.path)
      throw error
    }
    this.#openFiles.use(this)
  }

  writeSync(bytes: Buffer, offset: number): void {
    this.#open().writeSync(bytes, offset - this.startOffset)
  }

  writev(buffers: readonly Buffer[], offset: number): Promise<void> {
    return this.#pinned((handle) => handle.writev(buffers, offset - this.startOffset))
  }

  /** Bytes read; fewer than asked for only at the end of the file. */
  readSync(into: Buffer, offset: number): number {
    try {
      return this.#open().readSync(into, offset - this.startOffset)
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  async read(into: Buffer, offset: number): Promise<number> {
    try {
      return await this.#pinned((handle) => handle.read(into, offset - this.startOffset))
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  /** A failing read does not tell of which file. */
  #unreadable(error: unknown): Error {
    return new Error(`${this.path} cannot be read: ${toError(error).message}`, { cause: error })
  }

  datasync(): Promise<void> {
    return this.#pinned((handle) => handle.datasync())
  }

  /** Makes all bytes from `offset` on zero. */
  zeroFrom(offset: number): void {
    const handle = this.#open()
    handle.truncateSync(offset - this.startOffset)
    handle.truncateSync(this.size)
  }

  /** Takes the file off the disk. Reads that run end as if it was there. */
  remove(): void {
    this.#fileSystem.remove(this.path)
    this.close()
  }

  /** As `remove`, but the event loop goes on, and reads that run are waited for: the last to close a file frees its space. */
  async unlink(): Promise<void> {
    while (!this.tryClose()) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    this.#openFiles.forget(this)
    await this.#fileSystem.unlink(this.path)
  }

  /** Closes the file, at once or when the last asynchronous call has ended. It would be opened again by a next use. */
  close(): void {
    this.#closing = !this.tryClose()
    this.#openFiles.forget(this)
  }

  tryClose(): boolean {
    if (this.#pins > 0) return false
    this.#handle?.close()
    this.#handle = undefined
    return true
  }

  #open(): FileHandle {
    this.#handle ??= this.#fileSystem.open(this.path, 'r+')
    this.#openFiles.use(this)
    return this.#handle
  }

  async #pinned<T>(use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const handle = this.#open()
    this.#pins++
    try {
      return await use(handle)
    } finally {
      this.#pins--
      if (this.#closing) this.tryClose()
      if (this.#pins === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve()
    }
  }
}
