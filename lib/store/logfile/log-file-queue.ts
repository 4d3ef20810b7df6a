import { dirname, join } from 'node:path'
import type { FileSystem } from '../../common/file-system.ts'
import { notADirectory, StoreError } from '../errors.ts'
import { fileNameToOffset, offsetToFileName } from './file-name.ts'
import { LogFile } from './log-file.ts'
import type { OpenFiles } from './open-files.ts'

export interface LogFileQueueOptions {
  /** New files are put into these in turn. */
  readonly directories: readonly string[]
  /** Directories that hold files, but get no new ones. */
  readonly readOnlyDirectories?: readonly string[]
  /** Directories that get no new files as long as there are others. */
  readonly fullDirectories?: () => ReadonlySet<string>
  readonly fileSize: number
  readonly fileSystem: FileSystem
  readonly openFiles: OpenFiles
  /** A new file survives a power loss before anything is written to it. */
  readonly syncDirectories: boolean
}

/**
 * A log as a series of files of one size, each beginning where the one before ends.
 *
 * Apache: store.MappedFileQueue, store.MultiPathMappedFileQueue
 */
export class LogFileQueue {
  readonly fileSize: number
  readonly #directories: readonly string[]
  readonly #readOnlyDirectories: readonly string[]
  readonly #fullDirectories: () => ReadonlySet<string>
  readonly #fileSystem: FileSystem
  readonly #openFiles: OpenFiles
  readonly #syncDirectories: boolean
  #files: LogFile[] = []

  constructor(options: LogFileQueueOptions) {
    this.fileSize = options.fileSize
    this.#readOnlyDirectories = options.readOnlyDirectories ?? []
    this.#directories = options.directories
      .filter((directory) => !this.#readOnlyDirectories.includes(directory))
      .sort()
    this.#fullDirectories = options.fullDirectories ?? (() => new Set())
    this.#fileSystem = options.fileSystem
    this.#openFiles = options.openFiles
    this.#syncDirectories = options.syncDirectories
  }

  get files(): readonly LogFile[] {
    return this.#files
  }

  get first(): LogFile | undefined {
    return this.#files[0]
  }

  get last(): LogFile | undefined {
    return this.#files.at(-1)
  }

  /**
   * Takes up the files that are there. A crash may have left a last file that has no content yet, which is removed, or one
   * that was being cut off, which gets its full size again.
   * @throws StoreError when a file has another size, one is missing in the middle, or a directory is none
   */
  load(lastExitOk: boolean): void {
    this.#files = [...this.#directories, ...this.#readOnlyDirectories]
      .flatMap((directory) => this.#filesIn(directory))
      .sort((a, b) => a.startOffset - b.startOffset)
    const last = this.last
    if (last !== undefined && this.#fileSystem.stat(last.path)?.size === 0) {
      last.remove()
      this.#files.pop()
    }
    if (!lastExitOk) this.#extendLast()
    for (const file of this.#files) this.#checkSize(file)
    this.#checkContiguous()
  }

  #filesIn(directory: string): LogFile[] {
    if (this.#fileSystem.stat(directory)?.isDirectory === false) {
      throw new StoreError(notADirectory(directory))
    }
    const files: LogFile[] = []
    for (const name of this.#fileSystem.list(directory)) {
      const offset = fileNameToOffset(name)
      if (offset !== undefined) files.push(this.#fileAt(join(directory, name), offset))
    }
    return files
  }

  #fileAt(path: string, offset: number): LogFile {
    return new LogFile(path, offset, this.fileSize, this.#fileSystem, this.#openFiles)
  }

  #extendLast(): void {
    const last = this.last
    if (last === undefined) return
    const size = this.#fileSystem.stat(last.path)?.size ?? 0
    if (size < this.fileSize) last.zeroFrom(last.startOffset + size)
  }

  #checkSize(file: LogFile): void {
    const size = this.#fileSystem.stat(file.path)?.size
    if (size === this.fileSize) return
    throw new StoreError(
      `${file.path} has ${size} bytes instead of the configured ${this.fileSize}: ` +
        `set the file size with which the store was made, or restore the file`,
    )
  }

  #checkContiguous(): void {
    for (let i = 1; i < this.#files.length; i++) {
      const before = this.#files[i - 1] as LogFile
      const file = this.#files[i] as LogFile
      if (file.startOffset === before.endOffset) continue
      throw new StoreError(
        `${offsetToFileName(before.endOffset)} is missing between ${before.path} and ${file.path}: ` +
          `restore it, or move the files on one side of the gap away`,
      )
    }
  }

  /** The file that holds `offset`. */
  find(offset: number): LogFile | undefined {
    const first = this.#files[0]
    if (first === undefined) return undefined
    return this.#files[Math.floor((offset - first.startOffset) / this.fileSize)]
  }

  /** First offset of the file that holds `offset`, or would hold it. */
  fileStart(offset: number): number {
    const base = (this.first?.startOffset ?? 0) % this.fileSize
    return Math.floor((offset - base) / this.fileSize) * this.fileSize + base
  }

  /** The file that holds `offset`; made when it is not there, which only the one after the last may be. */
  findOrCreate(offset: number): LogFile {
    const existing = this.find(offset)
    if (existing !== undefined) return existing
    const startOffset = this.last?.endOffset ?? this.fileStart(offset)
    const directory = this.#directoryFor(startOffset)
    this.#fileSystem.makeDirectory(directory)
    const file = this.#fileAt(join(directory, offsetToFileName(startOffset)), startOffset)
    file.create()
    if (this.#syncDirectories) this.#fileSystem.syncDirectory(directory)
    this.#files.push(file)
    return file
  }

  /** Source: store.MultiPathMappedFileQueue#tryCreateMappedFile */
  #directoryFor(startOffset: number): string {
    const full = this.#fullDirectories()
    const free = this.#directories.filter((directory) => !full.has(directory))
    const choice = free.length === 0 ? this.#directories : free
    return choice[Math.floor(startOffset / this.fileSize) % choice.length] as string
  }

  /** Forgets all from `offset` on: later files are removed first, then the rest of its own file becomes zero. The first stays. */
  truncate(offset: number): void {
    const behind = this.#files.slice(1).filter((file) => file.startOffset >= offset)
    this.#files = this.#files.slice(0, this.#files.length - behind.length)
    this.#remove(behind)
    const last = this.last
    if (last !== undefined && offset < last.endOffset) {
      last.zeroFrom(Math.max(offset, last.startOffset))
    }
  }

  /**
   * Takes the first file out, unless it is the only one, and off the disk, as a large file should be: in the background. It comes
   * back when the file system refuses.
   */
  async unlinkFirst(): Promise<boolean> {
    const [first] = this.#files
    if (first === undefined || this.#files.length < 2) return false
    this.#files = this.#files.slice(1)
    try {
      await first.unlink()
    } catch (error) {
      this.#files = [first, ...this.#files]
      throw error
    }
    this.#fileSystem.syncDirectory(dirname(first.path))
    return true
  }

  /** Removes the first file at once, unless it is the only one. It stays when the file system refuses. */
  removeFirst(): boolean {
    if (this.#files.length < 2) return false
    this.#remove(this.#files.slice(0, 1))
    this.#files.shift()
    return true
  }

  removeAll(): void {
    this.#remove(this.#files.splice(0))
  }

  /** A removed file must not come back after a power loss: it would leave a gap, or remains behind the end. */
  #remove(files: readonly LogFile[]): void {
    for (const file of files) file.remove()
    for (const directory of new Set(files.map((file) => dirname(file.path)))) {
      if (this.#fileSystem.exists(directory)) this.#fileSystem.syncDirectory(directory)
    }
  }

  close(): void {
    for (const file of this.#files) file.close()
  }
}
