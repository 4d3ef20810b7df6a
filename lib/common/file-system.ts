import fs from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from './errors.ts'

/** An open file, read and written by position. Positions and lengths are bytes. */
export interface FileHandle {
  /** Bytes read; fewer than asked for only at the end of the file. */
  readSync(buffer: Buffer, position: number): number
  read(buffer: Buffer, position: number): Promise<number>
  /** Writes all of `buffer`. */
  writeSync(buffer: Buffer, position: number): void
  write(buffer: Buffer, position: number): Promise<void>
  /** Writes all `buffers` one behind the other. */
  writev(buffers: readonly Buffer[], position: number): Promise<void>
  truncateSync(length: number): void
  /** Resolves when what was written is on the disk (fdatasync). */
  datasync(): Promise<void>
  datasyncSync(): void
  sizeSync(): number
  close(): void
}

/**
 * `r` read an existing file; `r+` read and write an existing file; `w` create or empty; `wx+` create, fail when there;
 * `a+` create when missing.
 */
export type OpenFlags = 'r' | 'r+' | 'w' | 'wx+' | 'a+'

/** Facts about a file or directory. */
export interface FileStat {
  readonly size: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
  /** Which file it is, whatever its name. */
  readonly device: number
  readonly inode: number
}

/** How full the file system under a path is, in bytes. */
export interface DiskUsage {
  readonly total: number
  readonly free: number
  /** Of what is free, that which is not reserved for the superuser. */
  readonly available: number
}

/**
 * The file system as a dependency, so that tests can inject faults and crashes. Errors are Node's (`code` ENOENT, ...).
 * The synchronous calls are for start-up, for small state files and for appends to the page cache; what may wait for
 * the disk on a hot path is asynchronous.
 */
export interface FileSystem {
  open(path: string, flags: OpenFlags): FileHandle
  /** A new file, in place of what was there, that nobody but its owner may read or write. */
  createPrivate(path: string): FileHandle
  /** Takes the rights to a file from everybody but its owner. */
  makePrivate(path: string): void
  exists(path: string): boolean
  /** undefined when there is nothing at `path`. */
  stat(path: string): FileStat | undefined
  /** Names in a directory, sorted; none when the directory does not exist. */
  list(path: string): string[]
  makeDirectory(path: string): void
  /** A new directory whose path begins with `prefix`. */
  makeTemporaryDirectory(prefix: string): string
  readFile(path: string): Buffer
  /** A new file of `length` zero bytes that takes no space yet. */
  createSparse(path: string, length: number): FileHandle
  rename(from: string, to: string): void
  /** Removes a file or a whole directory; nothing happens when it is not there. */
  remove(path: string): void
  /**
   * Removes a file on the thread pool: a disk takes its time to give back the space of a large one. Nothing happens when it is not
   * there.
   */
  unlink(path: string): Promise<void>
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): void
  /** The same without waiting for the disk in the event loop. */
  syncDirectoryAsync(path: string): Promise<void>
  diskUsage(path: string): DiskUsage
}

/** Read and written by the owner. */
const PRIVATE_MODE = 0o600

const readAsync = promisify(fs.read)
const writeAsync = promisify(fs.write)
const writevAsync = promisify(fs.writev)
const fdatasyncAsync = promisify(fs.fdatasync)
const fsyncAsync = promisify(fs.fsync)
const unlinkAsync = promisify(fs.unlink)

class NodeFileHandle implements FileHandle {
  readonly #fd: number
  #open = true

  constructor(fd: number) {
    this.#fd = fd
  }

  readSync(buffer: Buffer, position: number): number {
    let done = 0
    while (done < buffer.length) {
      const count = fs.readSync(this.#fd, buffer, done, buffer.length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    let done = 0
    while (done < buffer.length) {
      const { bytesRead } = await readAsync(
        this.#fd,
        buffer,
        done,
        buffer.length - done,
        position + done,
      )
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  }

  writeSync(buffer: Buffer, position: number): void {
    let done = 0
    while (done < buffer.length) {
      done += fs.writeSync(this.#fd, buffer, done, buffer.length - done, position + done)
    }
  }

  async write(buffer: Buffer, position: number): Promise<void> {
    let done = 0
    while (done < buffer.length) {
      const { bytesWritten } = await writeAsync(
        this.#fd,
        buffer,
        done,
        buffer.length - done,
        position + done,
      )
      done += bytesWritten
    }
  }

  async writev(buffers: readonly Buffer[], position: number): Promise<void> {
    let total = 0
    for (const buffer of buffers) total += buffer.length
    const { bytesWritten } = await writevAsync(this.#fd, buffers, position)
    if (bytesWritten < total) {
      await this.write(Buffer.concat(buffers).subarray(bytesWritten), position + bytesWritten)
    }
  }

  truncateSync(length: number): void {
    fs.ftruncateSync(this.#fd, length)
  }

  async datasync(): Promise<void> {
    await fdatasyncAsync(this.#fd)
  }

  datasyncSync(): void {
    fs.fdatasyncSync(this.#fd)
  }

  sizeSync(): number {
    return fs.fstatSync(this.#fd).size
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    fs.closeSync(this.#fd)
  }
}

/**
 * A descriptor for streams that write by themselves, always at the end of the file; whoever takes it closes it.
 * @throws Node's errors
 */
export function openToAppend(path: string): number {
  return fs.openSync(path, 'a')
}

/** The machine's file system. */
export class NodeFileSystem implements FileSystem {
  open(path: string, flags: OpenFlags): FileHandle {
    const mode = flags === 'a+' ? fs.constants.O_RDWR | fs.constants.O_CREAT : flags
    return new NodeFileHandle(fs.openSync(path, mode))
  }

  createPrivate(path: string): FileHandle {
    this.remove(path)
    return new NodeFileHandle(fs.openSync(path, 'wx', PRIVATE_MODE))
  }

  makePrivate(path: string): void {
    fs.chmodSync(path, PRIVATE_MODE)
  }

  exists(path: string): boolean {
    return fs.existsSync(path)
  }

  stat(path: string): FileStat | undefined {
    const stat = fs.statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    const { size, mtimeMs, dev, ino } = stat
    return { size, modifiedMs: mtimeMs, isDirectory: stat.isDirectory(), device: dev, inode: ino }
  }

  list(path: string): string[] {
    try {
      return fs.readdirSync(path).sort()
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  /** Not by `mkdir`'s own recursion: Node never returns from it where a file system has no room for directories (/proc). */
  makeDirectory(path: string): void {
    const parent = dirname(path)
    if (parent !== path && !fs.existsSync(parent)) this.makeDirectory(parent)
    try {
      fs.mkdirSync(path)
    } catch (error) {
      if (!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
    }
  }

  makeTemporaryDirectory(prefix: string): string {
    return fs.mkdtempSync(prefix)
  }

  readFile(path: string): Buffer {
    return fs.readFileSync(path)
  }

  createSparse(path: string, length: number): FileHandle {
    const handle = this.open(path, 'wx+')
    handle.truncateSync(length)
    return handle
  }

  rename(from: string, to: string): void {
    fs.renameSync(from, to)
  }

  remove(path: string): void {
    fs.rmSync(path, { recursive: true, force: true })
  }

  async unlink(path: string): Promise<void> {
    try {
      await unlinkAsync(path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  syncDirectory(path: string): void {
    if (process.platform === 'win32') return
    const fd = fs.openSync(path, 'r')
    try {
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  }

  async syncDirectoryAsync(path: string): Promise<void> {
    if (process.platform === 'win32') return
    const fd = fs.openSync(path, 'r')
    try {
      await fsyncAsync(fd)
    } finally {
      fs.closeSync(fd)
    }
  }

  diskUsage(path: string): DiskUsage {
    const { blocks, bfree, bavail, bsize } = fs.statfsSync(path)
    return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize }
  }
}
