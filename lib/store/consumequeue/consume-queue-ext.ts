import {
  END_BLANK_DATA_LENGTH,
  extUnitSize,
  MAX_EXT_UNIT_SIZE,
  MIN_EXT_UNIT_SIZE,
  readExtUnitSize,
  writeEndOfFile,
  writeExtUnit,
  type CqExtUnit,
} from '../../../codec/store/consume-queue-ext-unit.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import { ExtWindow } from './ext-window.ts'

const FIRST_TAIL_BYTES = 1024
/** Read in one go for one get. */
const MAX_WINDOW_BYTES = 1024 * 1024
const WALK_BYTES = 64 * 1024

export interface ConsumeQueueExtDeps {
  readonly files: LogFileQueue
  /** Bytes that the tail of one queue may hold now. */
  readonly tailLimit: () => number
}

/**
 * What a consume queue knows of its messages besides their places: units of different sizes one behind the other, found by
 * their offset, which the consume queue has in place of a tags code. As there, new units stand in memory first and are written
 * behind, and recovery makes them again from the log.
 *
 * Apache: store.ConsumeQueueExt
 */
export class ConsumeQueueExt {
  readonly #files: LogFileQueue
  readonly #tailLimit: () => number
  /** The bytes from `#tailStart` up to `#end`, at the beginning of a buffer that grows with use. They lie in one file. */
  #tail: Buffer = Buffer.alloc(0)
  #tailStart = 0
  #end = 0
  /** Bytes below are in the page cache, and on the disk. */
  #written = 0
  #flushed = 0

  constructor({ files, tailLimit }: ConsumeQueueExtDeps) {
    this.#files = files
    this.#tailLimit = tailLimit
  }

  /** Where the next unit goes, unless its file has no room for it. */
  get end(): number {
    return this.#end
  }

  get unwrittenBytes(): number {
    return this.#end - this.#written
  }

  get needsFlush(): boolean {
    return this.#flushed < this.#end
  }

  // ---- start ----

  /** @throws StoreError when a file has the wrong size or is missing */
  load(lastExitOk: boolean): void {
    this.#files.load(lastExitOk)
  }

  /**
   * Finds the end: behind the unit at `lastOffset`, to which the queue's last message points; where it points to none, behind
   * the last unit that there is. What follows is made zero when `clean` says so.
   */
  recover(lastOffset: number | undefined, clean: boolean): void {
    const end = lastOffset === undefined ? this.#walkLastFile() : this.#endOfUnit(lastOffset)
    if (clean) this.#files.truncate(end)
    this.#begin(end)
  }

  #begin(end: number): void {
    this.#tailStart = end
    this.#end = end
    this.#written = end
    this.#flushed = end
  }

  /** Where a unit is lost, room is left for it: no other may get its place. */
  #endOfUnit(offset: number): number {
    return offset + Math.max(this.#readSizeSync(offset), MIN_EXT_UNIT_SIZE)
  }

  #readSizeSync(offset: number): number {
    const size = Buffer.alloc(2)
    this.#files.find(offset)?.readSync(size, offset)
    return readExtUnitSize(size, 0)
  }

  #walkLastFile(): number {
    const { last } = this.#files
    if (last === undefined) return 0
    const piece = Buffer.alloc(WALK_BYTES)
    let pieceStart = last.startOffset
    let pieceLength = 0
    for (let at = last.startOffset; ;) {
      if (at + 2 > pieceStart + pieceLength) {
        pieceStart = at
        pieceLength = last.readSync(piece, at)
        if (pieceLength < 2) return at
      }
      const size = readExtUnitSize(piece, at - pieceStart)
      if (size === 0) return at
      if (size < 0) return last.endOffset
      at += size
    }
  }

  // ---- appending ----

  /** Adds a unit and returns its offset; undefined when it is too large. */
  put(unit: CqExtUnit): number | undefined {
    const size = extUnitSize(unit.filterBitMap)
    if (size > MAX_EXT_UNIT_SIZE || size > this.#files.fileSize - END_BLANK_DATA_LENGTH) {
      return undefined
    }
    if (size > this.#fileEnd(this.#end) - this.#end - END_BLANK_DATA_LENGTH) this.#fillToEnd()
    const offset = this.#end
    const position = this.#reserve(size)
    writeExtUnit(this.#tail, position, unit)
    return offset
  }

  #fileEnd(offset: number): number {
    return this.#files.fileStart(offset) + this.#files.fileSize
  }

  /** The next unit begins the next file. Apache: fullFillToEnd */
  #fillToEnd(): void {
    this.write()
    const mark = Buffer.alloc(END_BLANK_DATA_LENGTH)
    writeEndOfFile(mark, 0)
    this.#files.findOrCreate(this.#end).writeSync(mark, this.#end)
    const fileEnd = this.#fileEnd(this.#end)
    this.#tailStart = fileEnd
    this.#end = fileEnd
    this.#written = fileEnd
  }

  /** Makes room for `size` bytes, which count as there, and returns their position in the tail. */
  #reserve(size: number): number {
    const length = this.#end - this.#tailStart
    if (length + size > this.#tail.length) this.#makeRoom(size)
    const position = this.#end - this.#tailStart
    this.#end += size
    return position
  }

  #makeRoom(size: number): void {
    const length = this.#end - this.#tailStart
    const isAtLimit = this.#tail.length >= this.#tailLimit() && length > 0
    const kept = isAtLimit ? 0 : length
    if (isAtLimit) this.write()
    let capacity = Math.max(this.#tail.length, FIRST_TAIL_BYTES)
    while (capacity < kept + size) capacity *= 2
    if (capacity > this.#tail.length) {
      const bigger = Buffer.alloc(capacity)
      this.#tail.copy(bigger, 0, 0, kept)
      this.#tail = bigger
    }
    this.#tailStart = this.#end - kept
  }

  // ---- writing and flushing ----

  /** Brings what is only in memory to the page cache. @throws what the file system says */
  write(): void {
    if (this.#written === this.#end) return
    const file = this.#files.findOrCreate(this.#written)
    const from = this.#written - this.#tailStart
    file.writeSync(this.#tail.subarray(from, this.#end - this.#tailStart), this.#written)
    this.#written = this.#end
  }

  /** Brings everything to the disk. */
  async flush(): Promise<void> {
    this.write()
    const to = this.#written
    for (const file of [...this.#files.files]) {
      if (file.endOffset > this.#flushed && file.startOffset < to) await file.datasync()
    }
    this.#flushed = Math.max(this.#flushed, to)
  }

  // ---- reading ----

  /** The units from that at `first` up to that at `last`; undefined when they are not all in memory. Valid in this turn. */
  inMemory(first: number, last: number): ExtWindow | undefined {
    const from = first - this.#tailStart
    if (from < 0) return undefined
    const to = Math.min(last + MAX_EXT_UNIT_SIZE, this.#end) - this.#tailStart
    return new ExtWindow(this.#tail.subarray(from, to), first)
  }

  /** The units from that at `first` up to that at `last`, as far as they are there and not too many. */
  async read(first: number, last: number): Promise<ExtWindow> {
    const to = Math.min(last + MAX_EXT_UNIT_SIZE, this.#end, first + MAX_WINDOW_BYTES)
    const bytes = Buffer.alloc(Math.max(to - first, 0))
    if (to > this.#tailStart) {
      const from = Math.max(first, this.#tailStart)
      this.#tail.copy(bytes, from - first, from - this.#tailStart, to - this.#tailStart)
    }
    const fromFiles = Math.min(to, this.#tailStart)
    for (let at = first; at < fromFiles; at = this.#fileEnd(at)) {
      const end = Math.min(fromFiles, this.#fileEnd(at))
      await this.#files.find(at)?.read(bytes.subarray(at - first, end - first), at)
    }
    return new ExtWindow(bytes, first)
  }

  // ---- cleaning ----

  /** Removes the files that end below the unit at `minOffset`. Apache: truncateByMinAddress */
  removeFilesBelow(minOffset: number): void {
    while (this.#files.files.length > 1 && (this.#files.first?.endOffset ?? 0) < minOffset) {
      this.#files.removeFirst()
    }
  }

  removeAll(): void {
    this.#files.removeAll()
    this.#begin(0)
  }

  close(): void {
    this.#files.close()
  }
}
