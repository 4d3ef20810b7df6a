import {
  CQ_STORE_UNIT_SIZE,
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  writeBlankUnit,
  writeUnit,
  writeUnitExtOffset,
} from '../../../codec/store/consume-queue-unit.ts'
import type { Logger } from '../../common/logger.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { Range } from '../read/cold-reader.ts'
import type { DiskReads } from '../read/disk-reads.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import type { ConsumeQueueInterface, ReadUnits } from './consume-queue-interface.ts'
import type { ConsumeQueueExt } from './consume-queue-ext.ts'
import type { ExtWindow } from './ext-window.ts'
import { UnitSeries } from './unit-series.ts'
import type { UnitWindows } from './unit-windows.ts'

export interface ConsumeQueueDeps {
  readonly files: LogFileQueue
  readonly reads: DiskReads
  readonly windows: UnitWindows
  readonly logger: Logger
  /** Units that the tail of one queue may hold now. */
  readonly tailLimit: () => number
  /** With enableConsumeQueueExt. */
  readonly ext?: ConsumeQueueExt | undefined
}

/**
 * One queue of a topic: where in the log its messages are, by queue offset, which is the number of their unit.
 *
 * Apache: store.ConsumeQueue
 */
export class ConsumeQueue implements ConsumeQueueInterface {
  readonly cqType = 'SimpleCQ'
  readonly topic: string
  readonly queueId: number
  readonly unitSize = CQ_STORE_UNIT_SIZE
  readonly #logger: Logger
  readonly #units: UnitSeries
  readonly #ext: ConsumeQueueExt | undefined
  #minOffset = 0
  #maxPhysicOffset = -1

  constructor(topic: string, queueId: number, deps: ConsumeQueueDeps) {
    const { files, reads, windows, logger, tailLimit, ext } = deps
    this.topic = topic
    this.queueId = queueId
    this.#logger = logger
    this.#ext = ext
    this.#units = new UnitSeries({ files, reads, windows, unitSize: CQ_STORE_UNIT_SIZE, tailLimit })
  }

  get minOffset(): number {
    return this.#minOffset
  }

  get maxOffset(): number {
    return this.#units.end
  }

  get maxPhysicOffset(): number {
    return this.#maxPhysicOffset
  }

  get unwrittenBytes(): number {
    return this.#units.unwrittenBytes + (this.#ext?.unwrittenBytes ?? 0)
  }

  get needsFlush(): boolean {
    return this.#units.needsFlush || this.#ext?.needsFlush === true
  }

  // ---- start ----

  load(lastExitOk: boolean): void {
    this.#units.load(lastExitOk)
    this.#ext?.load(lastExitOk)
  }

  recover(beforeOffset: number, clean: boolean): void {
    this.#units.recover((unit) => {
      return isUnitWritten(unit, 0) && unitCommitLogOffset(unit, 0) < beforeOffset
    }, clean)
    this.#minOffset = Math.min(Math.max(this.#minOffset, this.#units.start), this.maxOffset)
    const last = this.lastMessage()
    this.#maxPhysicOffset = last === undefined ? -1 : last.offset + last.size
    if (this.#ext === undefined) return
    if (last === undefined) this.#ext.removeAll()
    else this.#ext.recover(unitExtOffset(this.readUnitSync(this.maxOffset - 1), 0), clean)
  }

  truncateDirty(offset: number): void {
    if (this.#maxPhysicOffset <= offset) return
    this.write()
    this.recover(offset, true)
  }

  lastMessage(): Range | undefined {
    if (this.maxOffset <= Math.min(this.#units.start, this.#units.memoryStart)) return undefined
    const unit = this.readUnitSync(this.maxOffset - 1)
    if (isUnitBlank(unit, 0)) return undefined
    return { offset: unitCommitLogOffset(unit, 0), size: unitSize(unit, 0) }
  }

  readUnitSync(offset: number): Buffer {
    return this.#units.readSync(offset)
  }

  // ---- appending ----

  /** Apache: putMessagePositionInfoWrapper */
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
    this.#append(request)
    this.#maxPhysicOffset = commitLogOffset + size
  }

  #append(request: DispatchRequest): void {
    const { commitLogOffset, size, tagsCode, storeTimestamp, bitMap } = request
    const ext = this.#ext
    const extOffset = ext?.put({ tagsCode, msgStoreTime: storeTimestamp, filterBitMap: bitMap })
    const position = this.#units.append()
    const { tailBuffer } = this.#units
    writeUnit(tailBuffer, position, commitLogOffset, size, tagsCode)
    if (extOffset !== undefined) writeUnitExtOffset(tailBuffer, position, extOffset)
    else if (ext !== undefined) this.#warn(request, 'filter bit map is too large')
  }

  #warn({ topic, queueId, queueOffset, commitLogOffset }: DispatchRequest, event: string): void {
    const { maxOffset } = this
    this.#logger.warn({ topic, queueId, queueOffset, maxOffset, commitLogOffset }, event)
  }

  /** The first message of this queue is not its number 0: the units before it in its file become blank. */
  #beginAt(offset: number): void {
    this.#units.beginAt(offset, writeBlankUnit)
    this.#minOffset = offset
  }

  write(): void {
    this.#ext?.write()
    this.#units.write()
  }

  /** What the units point to is on the disk before them. */
  async flush(): Promise<void> {
    await this.#ext?.flush()
    await this.#units.flush()
  }

  // ---- reading ----

  get unitEnd(): number {
    return this.#units.end
  }

  unitOf(offset: number): number {
    return offset
  }

  fileEnd(offset: number): number {
    return this.#units.fileEnd(offset)
  }

  unitsInMemory(from: number, to: number): Buffer | undefined {
    return this.#units.inMemory(from, to)
  }

  readUnits(from: number, to: number, least?: number): ReadUnits {
    return this.#units.read(from, to, least)
  }

  extOf(units: Buffer): ExtWindow | undefined | Promise<ExtWindow> {
    if (this.#ext === undefined) return undefined
    let first: number | undefined
    let last = 0
    for (let at = 0; at < units.length; at += CQ_STORE_UNIT_SIZE) {
      const offset = unitExtOffset(units, at)
      first ??= offset
      last = offset ?? last
    }
    if (first === undefined) return undefined
    return this.#ext.inMemory(first, last) ?? this.#ext.read(first, last)
  }

  // ---- cleaning ----

  correctMinOffset(minPhysicOffset: number): void {
    this.#units.removeExpiredFiles((unit) => unitCommitLogOffset(unit, 0) < minPhysicOffset)
    const isGone = (unit: Buffer) =>
      isUnitBlank(unit, 0) || unitCommitLogOffset(unit, 0) < minPhysicOffset
    const low = Math.max(this.#units.start, this.#minOffset)
    if (low >= this.maxOffset || !isGone(this.readUnitSync(low))) this.#minOffset = low
    else this.#minOffset = this.#units.search(low + 1, this.maxOffset, isGone)
    this.#removeExpiredExtFiles()
  }

  #removeExpiredExtFiles(): void {
    if (this.#ext === undefined) return
    const extOffset = unitExtOffset(this.readUnitSync(this.#minOffset), 0)
    if (extOffset !== undefined) this.#ext.removeFilesBelow(extOffset)
  }

  destroy(): void {
    this.#units.removeAll()
    this.#ext?.removeAll()
  }

  close(): void {
    this.#units.close()
    this.#ext?.close()
  }
}
