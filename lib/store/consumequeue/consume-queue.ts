import {
  CQ_STORE_UNIT_SIZE,
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
  unitSize,
  writeBlankUnit,
} from '../../../codec/store/consume-queue-unit.ts'
import type { Logger } from '../../common/logger.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { Range } from '../read/cold-reader.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import { UnitTail } from './unit-tail.ts'

export interface ConsumeQueueDeps {
  readonly files: LogFileQueue
  readonly logger: Logger
  /** Units that the tail of one queue may hold now. */
  readonly tailLimit: () => number
}

/**
 * One queue of a topic: where in the log its messages are, by queue offset. New units stand in memory first and are
 * written behind, many at once; after a crash recovery makes them again from the log.
 *
 * Apache: store.ConsumeQueue
 */
export class ConsumeQueue {
  readonly topic: string
  readonly queueId: number
  readonly #deps: ConsumeQueueDeps
  #tail: UnitTail
  /** Units below are on the disk. */
  #writtenOffset = 0
  #minOffset = 0
  #maxPhysicOffset = -1
  /** Units below have been flushed. */
  #flushedOffset = 0

  constructor(topic: string, queueId: number, deps: ConsumeQueueDeps) {
    this.topic = topic
    this.queueId = queueId
    this.#deps = deps
    this.#tail = new UnitTail(0)
  }

  get minOffset(): number {
    return this.#minOffset
  }

  /** Offset that the next message gets. */
  get maxOffset(): number {
    return this.#tail.endOffset
  }

  /** End of the last message in the log; -1 when there is none. */
  get maxPhysicOffset(): number {
    return this.#maxPhysicOffset
  }

  get unwrittenBytes(): number {
    return (this.maxOffset - this.#writtenOffset) * CQ_STORE_UNIT_SIZE
  }

  get needsFlush(): boolean {
    return this.#flushedOffset < this.maxOffset
  }

  get #unitsPerFile(): number {
    return this.#deps.files.fileSize / CQ_STORE_UNIT_SIZE
  }

  // ---- start ----

  /** @throws StoreError when a file has the wrong size or is missing */
  load(lastExitOk: boolean): void {
    this.#deps.files.load(lastExitOk)
  }

  /**
   * Finds the end: the first unit that has not been written, or points to `beforeOffset` of the log or beyond. What follows is
   * made zero when `clean` says so (after a crash, there may be remains of it).
   */
  recover(beforeOffset: number, clean: boolean): void {
    const { files } = this.#deps
    const first = (files.first?.startOffset ?? 0) / CQ_STORE_UNIT_SIZE
    const end = (files.last?.endOffset ?? 0) / CQ_STORE_UNIT_SIZE
    const maxOffset = this.#search(first, end, (unit) => {
      return isUnitWritten(unit, 0) && unitCommitLogOffset(unit, 0) < beforeOffset
    })
    if (clean) files.truncate(maxOffset * CQ_STORE_UNIT_SIZE)
    this.#begin(maxOffset)
  }

  /** Removes the units that point to `offset` of the log or beyond. */
  truncateDirty(offset: number): void {
    if (this.#maxPhysicOffset <= offset) return
    this.write()
    this.recover(offset, true)
  }

  #begin(maxOffset: number): void {
    this.#tail = new UnitTail(maxOffset)
    this.#writtenOffset = maxOffset
    this.#flushedOffset = maxOffset
    const first = (this.#deps.files.first?.startOffset ?? 0) / CQ_STORE_UNIT_SIZE
    this.#minOffset = Math.min(Math.max(this.#minOffset, first), maxOffset)
    const last = this.lastMessage()
    this.#maxPhysicOffset = last === undefined ? -1 : last.offset + last.size
  }

  /** Where in the log the last message stands; undefined when there is none. */
  lastMessage(): Range | undefined {
    const first = (this.#deps.files.first?.startOffset ?? 0) / CQ_STORE_UNIT_SIZE
    if (this.maxOffset <= Math.min(first, this.#tail.startOffset)) return undefined
    const unit = this.readUnitSync(this.maxOffset - 1)
    if (isUnitBlank(unit, 0)) return undefined
    return { offset: unitCommitLogOffset(unit, 0), size: unitSize(unit, 0) }
  }

  /** First offset in [low, high) whose unit does not satisfy `predicate`, which holds up to some offset and not behind. */
  #search(low: number, high: number, predicate: (unit: Buffer) => boolean): number {
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (predicate(this.readUnitSync(middle))) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The unit at `offset`, valid in this turn; zeroes where there is none. */
  readUnitSync(offset: number): Buffer {
    if (offset >= this.#tail.startOffset && offset < this.maxOffset) {
      return this.#tail.view(offset, offset + 1)
    }
    const unit = Buffer.alloc(CQ_STORE_UNIT_SIZE)
    const position = offset * CQ_STORE_UNIT_SIZE
    this.#deps.files.find(position)?.readSync(unit, position)
    return unit
  }

  // ---- appending ----

  /** Adds the unit of a message, unless it is there already. Apache: putMessagePositionInfoWrapper */
  put(request: DispatchRequest): void {
    const { commitLogOffset, size, queueOffset } = request
    if (commitLogOffset + size <= this.#maxPhysicOffset) return
    if (queueOffset < this.maxOffset) {
      this.#warn(request, 'consume queue unit comes again')
      return
    }
    if (queueOffset > this.maxOffset) {
      if (this.#maxPhysicOffset < 0) this.#beginAt(queueOffset)
      else this.#warn(request, 'consume queue has a gap')
    }
    while (!this.#tail.append(commitLogOffset, size, request.tagsCode)) this.#makeRoom()
    this.#maxPhysicOffset = commitLogOffset + size
  }

  #warn({ topic, queueId, queueOffset, commitLogOffset }: DispatchRequest, event: string): void {
    const { maxOffset } = this
    this.#deps.logger.warn({ topic, queueId, queueOffset, maxOffset, commitLogOffset }, event)
  }

  /** The first message of this queue is not its number 0: the units before it in its file become blank. */
  #beginAt(offset: number): void {
    const { files } = this.#deps
    files.removeAll()
    const fileStart = Math.floor(offset / this.#unitsPerFile) * this.#unitsPerFile
    if (offset > fileStart) {
      const blanks = Buffer.alloc((offset - fileStart) * CQ_STORE_UNIT_SIZE)
      for (let at = 0; at < blanks.length; at += CQ_STORE_UNIT_SIZE) writeBlankUnit(blanks, at)
      files
        .findOrCreate(fileStart * CQ_STORE_UNIT_SIZE)
        .writeSync(blanks, fileStart * CQ_STORE_UNIT_SIZE)
    }
    this.#tail = new UnitTail(offset)
    this.#writtenOffset = offset
    this.#flushedOffset = fileStart
    this.#minOffset = offset
  }

  #makeRoom(): void {
    const units = this.#tail.capacityBytes / CQ_STORE_UNIT_SIZE
    if (units < this.#deps.tailLimit()) {
      this.#tail.grow()
      return
    }
    const offset = this.maxOffset - Math.floor(units / 2)
    if (offset > this.#writtenOffset) this.write()
    this.#tail.drop(offset)
  }

  // ---- writing and flushing ----

  /** Brings the units that are only in memory to the page cache. @throws what the file system says */
  write(): void {
    const { files } = this.#deps
    while (this.#writtenOffset < this.maxOffset) {
      const position = this.#writtenOffset * CQ_STORE_UNIT_SIZE
      const file = files.findOrCreate(position)
      const to = Math.min(this.maxOffset, file.endOffset / CQ_STORE_UNIT_SIZE)
      file.writeSync(this.#tail.view(this.#writtenOffset, to), position)
      this.#writtenOffset = to
    }
  }

  /** Brings all units to the disk. */
  async flush(): Promise<void> {
    this.write()
    const to = this.#writtenOffset
    let position = this.#flushedOffset * CQ_STORE_UNIT_SIZE
    while (position < to * CQ_STORE_UNIT_SIZE) {
      const file = this.#deps.files.find(position)
      if (file !== undefined) await file.datasync()
      position = this.fileEnd(position / CQ_STORE_UNIT_SIZE) * CQ_STORE_UNIT_SIZE
    }
    this.#flushedOffset = Math.max(this.#flushedOffset, to)
  }

  // ---- reading ----

  /** The end of the file that holds `offset`: no get reads further in one go. */
  fileEnd(offset: number): number {
    const perFile = this.#unitsPerFile
    return (Math.floor(offset / perFile) + 1) * perFile
  }

  /** A view of the units from `from` to `to`, valid in this turn; undefined when they are not all in memory. */
  unitsInMemory(from: number, to: number): Buffer | undefined {
    return from >= this.#tail.startOffset ? this.#tail.view(from, to) : undefined
  }

  /** The units from `from` to `to`, which lie in one file; undefined when that file is not there. */
  async readUnits(from: number, to: number): Promise<Buffer | undefined> {
    const inMemory = this.unitsInMemory(from, to)
    if (inMemory !== undefined) return Buffer.from(inMemory)
    const fromFile = Math.min(to, this.#tail.startOffset)
    const position = from * CQ_STORE_UNIT_SIZE
    const file = this.#deps.files.find(position)
    if (file === undefined) return undefined
    const units = Buffer.alloc((to - from) * CQ_STORE_UNIT_SIZE)
    if (to > fromFile)
      this.#tail.view(fromFile, to).copy(units, (fromFile - from) * CQ_STORE_UNIT_SIZE)
    await file.read(units.subarray(0, (fromFile - from) * CQ_STORE_UNIT_SIZE), position)
    return units
  }

  // ---- cleaning ----

  /** The log now begins at `minPhysicOffset`: removes files below and moves the minimum up. Apache: deleteExpiredFile, correctMinOffset */
  correctMinOffset(minPhysicOffset: number): void {
    const { files } = this.#deps
    while (files.files.length > 1) {
      const lastUnit = (files.first?.endOffset ?? 0) / CQ_STORE_UNIT_SIZE - 1
      if (unitCommitLogOffset(this.readUnitSync(lastUnit), 0) >= minPhysicOffset) break
      files.removeFirst()
    }
    const first = (files.first?.startOffset ?? 0) / CQ_STORE_UNIT_SIZE
    const low = Math.max(first, this.#minOffset)
    this.#minOffset = this.#search(low, this.maxOffset, (unit) => {
      return isUnitBlank(unit, 0) || unitCommitLogOffset(unit, 0) < minPhysicOffset
    })
  }

  destroy(): void {
    this.#deps.files.removeAll()
  }

  close(): void {
    this.#deps.files.close()
  }
}
