import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { DiskReads } from '../read/disk-reads.ts'
import type { ReadUnits } from './consume-queue-interface.ts'
import { UnitTail } from './unit-tail.ts'
import { UnitWindows } from './unit-windows.ts'

/** Of units that are looked at in one read. */
const BLOCK_UNITS = 200

export interface UnitSeriesDeps {
  /** Their size is a multiple of `unitSize`. */
  readonly files: LogFileQueue
  readonly reads: DiskReads
  readonly windows: UnitWindows
  readonly unitSize: number
  /** Units that the tail may hold now. */
  readonly tailLimit: () => number
}

/**
 * A series of units of one size, by number, in files. New units stand in memory first and are written behind, many at
 * once; after a crash recovery makes them again from the log.
 */
export class UnitSeries {
  readonly unitSize: number
  readonly #deps: UnitSeriesDeps
  #tail: UnitTail
  /** Units below are on the disk. */
  #written = 0
  /** Units below have been flushed. */
  #flushed = 0
  /** Counts how often the units became other ones. */
  #generation = 0
  /** Remains that have become zero could come back after a power loss. */
  #isCut = false

  constructor(deps: UnitSeriesDeps) {
    this.#deps = deps
    this.unitSize = deps.unitSize
    this.#tail = new UnitTail(deps.unitSize, 0)
  }

  /** First unit that the files have a place for. */
  get start(): number {
    return (this.#deps.files.first?.startOffset ?? 0) / this.unitSize
  }

  /** Number of the next unit. */
  get end(): number {
    return this.#tail.end
  }

  get unwrittenBytes(): number {
    return (this.end - this.#written) * this.unitSize
  }

  get needsFlush(): boolean {
    return this.#isCut || this.#flushed < this.end
  }

  get #unitsPerFile(): number {
    return this.#deps.files.fileSize / this.unitSize
  }

  // ---- start ----

  /** @throws StoreError when a file has the wrong size or is missing */
  load(lastExitOk: boolean): void {
    this.#deps.files.load(lastExitOk)
  }

  /**
   * Finds the end: the first unit that `isWanted` does not want, of which there may be none before one that it wants. What
   * follows is made zero when `clean` says so (after a crash, there may be remains of it).
   */
  recover(isWanted: (unit: Buffer) => boolean, clean: boolean): void {
    const end = this.#findEnd(isWanted)
    if (clean) this.#deps.files.truncate(end * this.unitSize)
    this.#begin(end, end)
    this.#isCut = clean
  }

  /** Most queues are short: looks into the first block of the last file, in one read, before it searches. */
  #findEnd(isWanted: (unit: Buffer) => boolean): number {
    const { files } = this.#deps
    if (files.last === undefined) return 0
    const start = files.last.startOffset / this.unitSize
    const limit = files.last.endOffset / this.unitSize
    const block = Buffer.allocUnsafe(Math.min(BLOCK_UNITS, limit - start) * this.unitSize)
    files.last.readSync(block, files.last.startOffset)
    const unit = (at: number) => block.subarray(at * this.unitSize, (at + 1) * this.unitSize)
    const count = firstNot(0, block.length / this.unitSize, (at) => isWanted(unit(at)))
    if (count === 0) return this.search(this.start, start, isWanted)
    if (count * this.unitSize < block.length) return start + count
    return this.search(start + count, limit, isWanted)
  }

  /** Removes everything; the next unit gets the number `at`. Those before it in its file become what `writeBlank` makes them. */
  beginAt(at: number, writeBlank: (buffer: Buffer, position: number) => void): void {
    const { files } = this.#deps
    files.removeAll()
    const fileStart = Math.floor(at / this.#unitsPerFile) * this.#unitsPerFile
    if (at > fileStart) {
      const blanks = Buffer.alloc((at - fileStart) * this.unitSize)
      for (let position = 0; position < blanks.length; position += this.unitSize) {
        writeBlank(blanks, position)
      }
      const offset = fileStart * this.unitSize
      files.findOrCreate(offset).writeSync(blanks, offset)
    }
    this.#begin(at, fileStart)
  }

  #begin(end: number, flushed: number): void {
    this.#forgetWindow()
    this.#tail = new UnitTail(this.unitSize, end)
    this.#written = end
    this.#flushed = flushed
  }

  // ---- appending ----

  /** Makes room for the next unit, which the caller writes into `tailBuffer` at the position returned. */
  append(): number {
    let position = this.#tail.append()
    while (position < 0) {
      this.#makeRoom()
      position = this.#tail.append()
    }
    return position
  }

  get tailBuffer(): Buffer {
    return this.#tail.buffer
  }

  #makeRoom(): void {
    const units = this.#tail.capacityBytes / this.unitSize
    if (units < this.#deps.tailLimit()) {
      this.#tail.grow()
      return
    }
    const start = this.end - Math.floor(units / 2)
    if (start > this.#written) this.write()
    this.#tail.drop(start)
  }

  // ---- writing and flushing ----

  /** Brings the units that are only in memory to the page cache. @throws what the file system says */
  write(): void {
    const { files } = this.#deps
    while (this.#written < this.end) {
      const position = this.#written * this.unitSize
      const file = files.findOrCreate(position)
      const to = Math.min(this.end, file.endOffset / this.unitSize)
      file.writeSync(this.#tail.view(this.#written, to), position)
      this.#written = to
    }
  }

  /** Brings all units to the disk. */
  async flush(): Promise<void> {
    this.write()
    const to = this.#written
    if (this.#isCut) await this.#deps.files.last?.datasync()
    this.#isCut = false
    let at = this.#flushed
    while (at < to) {
      const file = this.#deps.files.find(at * this.unitSize)
      if (file !== undefined) await file.datasync()
      at = this.fileEnd(at)
    }
    this.#flushed = Math.max(this.#flushed, to)
  }

  // ---- reading ----

  /** The end of the file that holds a unit: no get reads further in one go. */
  fileEnd(at: number): number {
    const perFile = this.#unitsPerFile
    return (Math.floor(at / perFile) + 1) * perFile
  }

  /** A view of the units from `from` to `to`, valid in this turn; undefined when they are not all in memory. */
  inMemory(from: number, to: number): Buffer | undefined {
    return from >= this.#tail.start ? this.#tail.view(from, to) : undefined
  }

  /** The first unit that is in memory. */
  get memoryStart(): number {
    return this.#tail.start
  }

  /**
   * The units from `from` to `to`, which lie in one file, or at least `least` of them where more would have to be read; undefined when that
   * file is not there. They stay as they are.
   */
  read(from: number, to: number, least = to - from): ReadUnits {
    const inMemory = this.inMemory(from, to)
    if (inMemory !== undefined) return Buffer.from(inMemory)
    return this.#deps.windows.view(this, this.unitSize, from, to, least) ?? this.#readFile(from, to)
  }

  #readFile(from: number, to: number): undefined | Promise<Buffer | undefined> {
    const { files, reads, windows } = this.#deps
    const position = from * this.unitSize
    const file = files.find(position)
    if (file === undefined) return undefined
    const generation = this.#generation
    const window = this.#allocate(from, to)
    return reads.run(file.path, async () => {
      if (files.find(position) !== file) return undefined
      await file.read(window.fromFile, position)
      const isKept = to - from > 1 && generation === this.#generation
      if (isKept) windows.set(this, { from, units: window.units })
      return window.units.subarray(0, (to - from) * this.unitSize)
    })
  }

  /**
   * Room for the units from `from` to `to` and what is to be read ahead, with what is only in memory. Who wants a single unit searches:
   * the next one is elsewhere.
   */
  #allocate(from: number, to: number): { units: Buffer; fromFile: Buffer } {
    const windowUnits = to - from > 1 ? UnitWindows.unitsOf(this.unitSize) : 1
    const ahead = Math.max(to, Math.min(from + windowUnits, this.fileEnd(from)))
    const inFile = Math.min(ahead, this.#tail.start)
    const units = Buffer.alloc((Math.max(to, inFile) - from) * this.unitSize)
    const fileBytes = (inFile - from) * this.unitSize
    if (to > inFile) this.#tail.view(inFile, to).copy(units, fileBytes)
    return { units, fromFile: units.subarray(0, fileBytes) }
  }

  /** One unit, valid in this turn; zeroes where there is none. */
  readSync(at: number): Buffer {
    if (at >= this.#tail.start && at < this.end) return this.#tail.view(at, at + 1)
    const unit = Buffer.allocUnsafe(this.unitSize).fill(0)
    const position = at * this.unitSize
    this.#deps.files.find(position)?.readSync(unit, position)
    return unit
  }

  /** First number in [low, high) whose unit does not satisfy `predicate`, which holds up to some unit and not behind. */
  search(low: number, high: number, predicate: (unit: Buffer) => boolean): number {
    return firstNot(low, high, (at) => predicate(this.readSync(at)))
  }

  // ---- cleaning ----

  /** Removes files from the oldest on as long as `isExpired` says so of the last unit; one file stays. */
  removeExpiredFiles(isExpired: (lastUnit: Buffer) => boolean): void {
    const { files } = this.#deps
    while (files.files.length > 1) {
      const last = (files.first?.endOffset ?? 0) / this.unitSize - 1
      if (!isExpired(this.readSync(last))) return
      files.removeFirst()
    }
  }

  removeAll(): void {
    this.#forgetWindow()
    this.#deps.files.removeAll()
  }

  #forgetWindow(): void {
    this.#generation++
    this.#deps.windows.forget(this)
  }

  close(): void {
    this.#deps.files.close()
  }
}

/** First number in [low, high) that does not satisfy `predicate`, which holds up to some number and not behind. */
function firstNot(low: number, high: number, predicate: (at: number) => boolean): number {
  let from = low
  let to = high
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (predicate(middle)) from = middle + 1
    else to = middle
  }
  return from
}
