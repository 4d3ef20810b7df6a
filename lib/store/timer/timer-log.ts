import {
  encodeTimerLogBlank,
  isTimerLogUnit,
  readTimerLogUnit,
  TIMER_LOG_BLANK_SIZE,
  TIMER_LOG_UNIT_SIZE,
  writeTimerLogUnit,
  type TimerLogUnit,
} from '../../../codec/store/timer-log-unit.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { LogFile } from '../logfile/log-file.ts'
import { LogFileQueue } from '../logfile/log-file-queue.ts'
import { OpenFiles } from '../logfile/open-files.ts'

const OPEN_FILES = 16
/** Units that are read in one go, ending with the one that is asked for: chains lead back. */
const WINDOW_BYTES = 1260 * TIMER_LOG_UNIT_SIZE

/** A stretch of the log as it was read. */
export interface TimerLogWindow {
  readonly offset: number
  readonly bytes: Buffer
}

/**
 * The timers in the order in which they came. Units are collected in memory and written many at a time; what is not
 * written yet is read from memory.
 *
 * Apache: store.timer.TimerLog
 */
export class TimerLog {
  readonly files: LogFileQueue
  #endOffset = 0
  #writtenOffset = 0
  #flushedOffset = 0
  /** What lies between written and end. Chunks do not cross files. */
  #unwritten: { readonly offset: number; readonly bytes: Buffer }[] = []

  constructor(fileSystem: FileSystem, directory: string, fileSize: number) {
    this.files = new LogFileQueue({
      directories: [directory],
      fileSize,
      fileSystem,
      openFiles: new OpenFiles(OPEN_FILES),
      syncDirectories: true,
    })
  }

  get endOffset(): number {
    return this.#endOffset
  }

  get flushedOffset(): number {
    return this.#flushedOffset
  }

  get needsFlush(): boolean {
    return this.#flushedOffset < this.#endOffset
  }

  /** The log ends at `offset`: what is behind is removed. */
  begin(offset: number): void {
    this.files.truncate(offset)
    this.#endOffset = this.#writtenOffset = this.#flushedOffset = offset
    this.#unwritten = []
  }

  /** Where the next unit will stand. */
  nextPosition(): number {
    const fileEnd = this.files.fileStart(this.#endOffset) + this.files.fileSize
    const isFull = this.#endOffset + TIMER_LOG_UNIT_SIZE + TIMER_LOG_BLANK_SIZE > fileEnd
    return isFull ? fileEnd : this.#endOffset
  }

  /** Adds a unit, which `write` brings to the page cache. */
  append(unit: TimerLogUnit): void {
    const position = this.nextPosition()
    if (position > this.#endOffset) this.#add(encodeTimerLogBlank(position - this.#endOffset))
    this.#endOffset = position
    const bytes = Buffer.allocUnsafe(TIMER_LOG_UNIT_SIZE)
    writeTimerLogUnit(bytes, 0, unit)
    this.#add(bytes)
    this.#endOffset += TIMER_LOG_UNIT_SIZE
  }

  #add(bytes: Buffer): void {
    this.#unwritten.push({ offset: this.#endOffset, bytes })
  }

  /** Brings all units to the page cache. What fails is tried again by the next call. @throws what the file system says */
  write(): void {
    for (let start = 0; start < this.#unwritten.length;) {
      const { offset } = this.#unwritten[start] as { offset: number }
      const file = this.files.findOrCreate(offset)
      let end = start
      while (end < this.#unwritten.length && this.#offsetOf(end) < file.endOffset) end++
      const chunks = this.#unwritten.slice(start, end).map(({ bytes }) => bytes)
      file.writeSync(Buffer.concat(chunks), offset)
      start = end
    }
    this.#unwritten = []
    this.#writtenOffset = this.#endOffset
  }

  #offsetOf(index: number): number {
    return this.#unwritten[index]?.offset ?? Infinity
  }

  /** Brings what is written to the disk, and returns up to where. */
  async flush(): Promise<number> {
    this.write()
    const to = this.#writtenOffset
    for (const file of this.#filesBetween(this.#flushedOffset, to)) await file.datasync()
    this.#flushedOffset = Math.max(this.#flushedOffset, to)
    return to
  }

  #filesBetween(from: number, to: number): readonly LogFile[] {
    return this.files.files.filter((file) => file.endOffset > from && file.startOffset < to)
  }

  /** The unit at a position, out of `window` when it is there; undefined when it has to be read. */
  unitIn(window: TimerLogWindow | undefined, position: number): TimerLogUnit | undefined {
    if (window === undefined) return undefined
    const at = position - window.offset
    return at >= 0 && isTimerLogUnit(window.bytes, at)
      ? readTimerLogUnit(window.bytes, at)
      : undefined
  }

  /** The part of the log that ends with the unit at `position`; undefined when it is not there (any more). */
  async readBack(position: number): Promise<TimerLogWindow | undefined> {
    const inMemory = this.#unwritten.find(({ offset }) => offset === position)
    if (inMemory !== undefined) return inMemory
    const file = this.files.find(position)
    if (file === undefined || position < file.startOffset) return undefined
    const end = Math.min(position + TIMER_LOG_UNIT_SIZE, this.#writtenOffset)
    const offset = Math.max(file.startOffset, end - WINDOW_BYTES)
    return this.#read(file, offset, end)
  }

  /** Up to `size` bytes from `offset` on, not beyond the file's end; undefined when the file is not there. */
  async readForward(offset: number, size: number): Promise<TimerLogWindow | undefined> {
    const file = this.files.find(offset)
    if (file === undefined || offset < file.startOffset) return undefined
    return this.#read(file, offset, Math.min(offset + size, file.endOffset))
  }

  async #read(file: LogFile, offset: number, end: number): Promise<TimerLogWindow | undefined> {
    if (end <= offset) return undefined
    const bytes = Buffer.allocUnsafe(end - offset)
    const count = await file.read(bytes, offset)
    return { offset, bytes: bytes.subarray(0, count) }
  }

  close(): void {
    this.files.close()
  }
}
