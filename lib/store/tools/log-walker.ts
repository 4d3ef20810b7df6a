import { BLANK_MAGIC } from '../../../codec/message/record.ts'
import {
  isMessageMagic,
  locateParts,
  MIN_RECORD_SIZE,
  recordCommitLogOffset,
  recordMagic,
  recordStoreTimestamp,
  recordTotalSize,
} from '../../../codec/message/record-reader.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { FileWindow } from './file-window.ts'
import type { SeriesFile } from './store-directory.ts'

const PREFIX_BYTES = 8
/** Of a record of any version, four bytes behind its start. */
const MAGIC_START = Buffer.from([0xda, 0xa3, 0x20])
/** No broker takes messages of this size: what claims to be larger is damaged. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024

/** Bytes of the log that are neither records nor the filler of a file's end. */
export interface LogGap {
  readonly file: SeriesFile
  /** Of the log. */
  readonly startOffset: number
  readonly reason: string
  /** Nothing but zeroes. */
  readonly isZero: boolean
}

export interface LogVisitor {
  /** A record whose magic, lengths and place are right. False ends the walk. */
  readonly onRecord: (bytes: Buffer, start: number, end: number, file: SeriesFile) => boolean
  /** Something else, with records behind it, which go on at `endOffset`. */
  readonly onGap?: (gap: LogGap, endOffset: number) => void
  /** Called after each piece with the offset that has been reached. */
  readonly onProgress?: (offset: number) => void
}

/** Where the records end. `gap` is what stands there when that is not the end of a file. */
export interface LogEnd {
  readonly offset: number
  readonly gap: LogGap | undefined
}

/**
 * Goes through the log record by record, and does not stop at damage: the next record is searched, which is known by its
 * magic and by its own place in it. What follows the last record may be anything. Records there that are older than it are
 * what an earlier recovery has cut off.
 */
export class LogWalker {
  readonly #fileSystem: FileSystem
  readonly #visitor: LogVisitor
  #gap: LogGap | undefined
  /** The file in which the next record is being searched. */
  #searched: SeriesFile | undefined
  #endOffset = 0
  #lastStoreTimestamp = 0
  #stopped = false

  constructor(fileSystem: FileSystem, visitor: LogVisitor) {
    this.#fileSystem = fileSystem
    this.#visitor = visitor
  }

  /** Begins with the first record at or behind `fromOffset`. */
  async walk(files: readonly SeriesFile[], fromOffset: number): Promise<LogEnd> {
    this.#endOffset = Math.max(fromOffset, files[0]?.startOffset ?? 0)
    for (const file of files) {
      const endOffset = file.startOffset + file.size
      if (this.#stopped) break
      if (endOffset <= fromOffset) continue
      await this.#walkFile(file, Math.max(fromOffset - file.startOffset, 0))
      if (this.#gap === undefined && !this.#stopped) this.#endOffset = endOffset
    }
    return { offset: this.#endOffset, gap: this.#gap }
  }

  async #walkFile(file: SeriesFile, position: number): Promise<void> {
    const window = new FileWindow(this.#fileSystem, file, position)
    try {
      await window.advance(0)
      for (;;) {
        const done = this.#walkPiece(window, file)
        this.#visitor.onProgress?.(file.startOffset + window.position + done.bytes)
        if (done.isEnd || this.#stopped) return
        await window.advance(done.bytes)
      }
    } finally {
      await window.close()
    }
  }

  #walkPiece(window: FileWindow, file: SeriesFile): { bytes: number; isEnd: boolean } {
    const { bytes, position, isLast } = window
    let at = 0
    while (!this.#stopped) {
      if (this.#searched === file) {
        const found = this.#search(bytes, at, file, position, isLast)
        if (found === undefined) {
          const kept = Math.min(bytes.length - at, MIN_RECORD_SIZE)
          return { bytes: isLast ? bytes.length : bytes.length - kept, isEnd: isLast }
        }
        at = found
      }
      if (bytes.length - at < PREFIX_BYTES) return { bytes: at, isEnd: isLast }
      const left = file.size - position - at
      const size = recordTotalSize(bytes, at)
      if (recordMagic(bytes, at) === BLANK_MAGIC && size === left) return { bytes: at, isEnd: true }
      const problem = this.#problemAt(bytes, at, left, file.startOffset + position + at)
      if (problem === undefined && at + size > bytes.length) return { bytes: at, isEnd: isLast }
      if (problem === undefined) {
        this.#takeRecord(bytes, at, at + size, file.startOffset + position + at, file)
        at += size
      } else {
        const startOffset = file.startOffset + position + at
        this.#gap ??= { file, startOffset, reason: problem, isZero: true }
        this.#searched = file
      }
    }
    return { bytes: at, isEnd: true }
  }

  #takeRecord(bytes: Buffer, start: number, end: number, offset: number, file: SeriesFile): void {
    if (this.#gap !== undefined) {
      this.#visitor.onGap?.(this.#gap, offset)
      this.#gap = undefined
      this.#searched = undefined
    }
    this.#lastStoreTimestamp = recordStoreTimestamp(bytes, start)
    this.#endOffset = offset + (end - start)
    this.#stopped = !this.#visitor.onRecord(bytes, start, end, file)
  }

  /** Why there is no record at `at`; undefined when there is one, as far as it lies in `bytes`. */
  #problemAt(bytes: Buffer, at: number, left: number, offset: number): string | undefined {
    const size = recordTotalSize(bytes, at)
    const magic = recordMagic(bytes, at)
    if (magic === BLANK_MAGIC) return `a filler of ${size} bytes where ${left} are left`
    if (!isMessageMagic(magic)) return size === 0 ? 'nothing written' : 'no magic'
    if (size < MIN_RECORD_SIZE || size > Math.min(left, RECORD_BYTES_MAX)) {
      return `a record of ${size} bytes where ${left} are left`
    }
    if (at + size > bytes.length) return undefined
    if (locateParts(bytes, at, at + size) === undefined) return 'lengths that do not add up'
    const place = recordCommitLogOffset(bytes, at)
    if (place !== offset) return `a record that says it stands at ${place}`
    const isCutOff =
      this.#gap !== undefined && recordStoreTimestamp(bytes, at) < this.#lastStoreTimestamp
    return isCutOff ? 'a record that was cut off before' : undefined
  }

  /** Where the next record begins, from `at` on; undefined when not in these bytes. */
  #search(
    bytes: Buffer,
    at: number,
    file: SeriesFile,
    position: number,
    isLast: boolean,
  ): number | undefined {
    let magicAt = bytes.indexOf(MAGIC_START, at + 4)
    for (; magicAt >= 0; magicAt = bytes.indexOf(MAGIC_START, magicAt + 1)) {
      const start = magicAt - 4
      if (start + MIN_RECORD_SIZE > bytes.length) break
      const left = file.size - position - start
      const offset = file.startOffset + position + start
      if (
        recordCommitLogOffset(bytes, start) === offset &&
        this.#problemAt(bytes, start, left, offset) === undefined
      ) {
        this.#noteContent(bytes.subarray(at, start))
        return start
      }
    }
    const searchedTo = isLast ? bytes.length : Math.max(bytes.length - MIN_RECORD_SIZE, at)
    this.#noteContent(bytes.subarray(at, searchedTo))
    return undefined
  }

  #noteContent(bytes: Buffer): void {
    const gap = this.#gap
    if (gap === undefined || !gap.isZero || isZero(bytes)) return
    this.#gap = { ...gap, isZero: false }
  }
}

const ZEROES = Buffer.alloc(64 * 1024)

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROES.length) {
    const piece = bytes.subarray(at, at + ZEROES.length)
    if (!piece.equals(ZEROES.subarray(0, piece.length))) return false
  }
  return true
}
