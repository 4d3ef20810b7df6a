import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import {
  BATCH_CQ_STORE_UNIT_SIZE,
  batchUnitBaseOffset,
  batchUnitNum,
  isBatchUnitWritten,
  writeBatchUnit,
} from '../../../codec/store/batch-consume-queue-unit.ts'
import { unitCommitLogOffset, unitSize } from '../../../codec/store/consume-queue-unit.ts'
import type { Logger } from '../../common/logger.ts'
import type { Range } from '../read/cold-reader.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import type { BoundaryType } from '../types.ts'
import { findOffsetByTime } from './batch-offset-by-time.ts'
import type { ConsumeQueueDeps } from './consume-queue.ts'
import type { ConsumeQueueInterface, ReadUnits } from './consume-queue-interface.ts'
import { UnitSeries } from './unit-series.ts'

/** The messages of one record: queue offset of the first, and how many there are. */
export interface InnerBatch {
  readonly baseOffset: number
  readonly batchNum: number
}

/** A record that is no batch counts as one of itself alone. Source: store.CommitLog#setBatchSizeIfNeeded */
export function innerBatchOf({ properties, queueOffset }: DispatchRequest): InnerBatch {
  const batchNum = findProperty(properties, MessageConst.PROPERTY_INNER_NUM)
  const baseOffset = findProperty(properties, MessageConst.PROPERTY_INNER_BASE)
  if (batchNum === undefined || baseOffset === undefined) {
    return { baseOffset: queueOffset, batchNum: 1 }
  }
  return { baseOffset: Number(baseOffset), batchNum: Number(batchNum) }
}

/**
 * One queue of a topic of type BatchCQ: a batch is one record in the log and one unit here, which tells the queue offset of its
 * first message and how many there are. Messages are found by search.
 *
 * Apache: store.queue.BatchConsumeQueue
 */
export class BatchConsumeQueue implements ConsumeQueueInterface {
  readonly cqType = 'BatchCQ'
  readonly topic: string
  readonly queueId: number
  readonly unitSize = BATCH_CQ_STORE_UNIT_SIZE
  readonly #logger: Logger
  readonly #units: UnitSeries
  #minOffset = -1
  #maxOffset = 0
  #maxPhysicOffset = -1

  constructor(topic: string, queueId: number, deps: ConsumeQueueDeps) {
    const { files, reads, windows, logger, tailLimit } = deps
    this.topic = topic
    this.queueId = queueId
    this.#logger = logger
    this.#units = new UnitSeries({
      files,
      reads,
      windows,
      unitSize: BATCH_CQ_STORE_UNIT_SIZE,
      tailLimit,
    })
  }

  get minOffset(): number {
    return this.#minOffset
  }

  get maxOffset(): number {
    return this.#maxOffset
  }

  get maxPhysicOffset(): number {
    return this.#maxPhysicOffset
  }

  get unwrittenBytes(): number {
    return this.#units.unwrittenBytes
  }

  get needsFlush(): boolean {
    return this.#units.needsFlush
  }

  // ---- start ----

  load(lastExitOk: boolean): void {
    this.#units.load(lastExitOk)
  }

  recover(beforeOffset: number, clean: boolean): void {
    this.#units.recover((unit) => {
      return isBatchUnitWritten(unit, 0) && unitCommitLogOffset(unit, 0) < beforeOffset
    }, clean)
    this.#reviseMaxAndMinOffset()
  }

  #reviseMaxAndMinOffset(): void {
    const last = this.lastMessage()
    this.#maxPhysicOffset = last === undefined ? -1 : last.offset + last.size
    if (last === undefined) {
      this.#minOffset = -1
      this.#maxOffset = 0
      return
    }
    this.#minOffset = batchUnitBaseOffset(this.#units.readSync(this.#firstUnit), 0)
    this.#maxOffset = endOffset(this.#units.readSync(this.#units.end - 1))
  }

  /** Before the first write there is no file, and the first unit in memory is the first one. */
  get #firstUnit(): number {
    return Math.min(this.#units.start, this.#units.memoryStart)
  }

  truncateDirty(offset: number): void {
    if (this.#maxPhysicOffset <= offset) return
    this.write()
    this.recover(offset, true)
  }

  lastMessage(): Range | undefined {
    if (this.#units.end <= this.#firstUnit) return undefined
    const unit = this.#units.readSync(this.#units.end - 1)
    return { offset: unitCommitLogOffset(unit, 0), size: unitSize(unit, 0) }
  }

  // ---- appending ----

  /** Apache: putMessagePositionInfoWrapper */
  put(request: DispatchRequest): void {
    const { commitLogOffset, size, tagsCode, storeTimestamp } = request
    if (commitLogOffset + size <= this.#maxPhysicOffset) return
    const { baseOffset, batchNum } = innerBatchOf(request)
    if (!(baseOffset >= this.#maxOffset && batchNum > 0)) {
      const { topic, queueId, maxOffset } = this
      const event = 'batch does not belong into the batch consume queue'
      this.#logger.warn({ topic, queueId, baseOffset, batchNum, maxOffset, commitLogOffset }, event)
      return
    }
    const position = this.#units.append()
    const unit = { commitLogOffset, size, tagsCode, storeTimestamp, baseOffset, batchNum }
    writeBatchUnit(this.#units.tailBuffer, position, unit)
    this.#maxPhysicOffset = commitLogOffset + size
    this.#maxOffset = baseOffset + batchNum
    if (this.#minOffset < 0) this.#minOffset = baseOffset
  }

  write(): void {
    this.#units.write()
  }

  flush(): Promise<void> {
    return this.#units.flush()
  }

  // ---- reading ----

  get unitEnd(): number {
    return this.#units.end
  }

  /** The last unit that begins at `offset` or before. Apache: getBatchMsgIndexBuffer */
  unitOf(offset: number): number | Promise<number> {
    const { memoryStart, end } = this.#units
    const startsBefore = beginsAtOrBefore(offset)
    if (memoryStart < end && startsBefore(this.#units.readSync(memoryStart))) {
      return this.#units.search(memoryStart, end, startsBefore) - 1
    }
    return this.#unitOnDisk(startsBefore)
  }

  async #unitOnDisk(startsBefore: (unit: Buffer) => boolean): Promise<number> {
    let low = this.#units.start
    let high = this.#units.end
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const unit = await this.#units.read(middle, middle + 1)
      if (unit === undefined || startsBefore(unit)) low = middle
      else high = middle
    }
    return low
  }

  readUnitSync(offset: number): Buffer {
    const { end } = this.#units
    const behind = this.#units.search(this.#firstUnit, end, beginsAtOrBefore(offset))
    return this.#units.readSync(behind - 1)
  }

  fileEnd(unit: number): number {
    return this.#units.fileEnd(unit)
  }

  unitsInMemory(from: number, to: number): Buffer | undefined {
    return this.#units.inMemory(from, to)
  }

  readUnits(from: number, to: number, least?: number): ReadUnits {
    return this.#units.read(from, to, least)
  }

  /** Batches have none. */
  extOf(): undefined {
    return undefined
  }

  /** Queue offset of the first message of a batch by its store time, between the minimum and the maximum offset. */
  async getOffsetInQueueByTime(timestampMs: number, boundary: BoundaryType): Promise<number> {
    if (this.#units.end <= this.#firstUnit) return 0
    const found = await findOffsetByTime(this.#units, timestampMs, boundary)
    return Math.min(Math.max(found, this.#minOffset), this.#maxOffset)
  }

  // ---- cleaning ----

  correctMinOffset(minPhysicOffset: number): void {
    const isExpired = (unit: Buffer) => unitCommitLogOffset(unit, 0) < minPhysicOffset
    this.#units.removeExpiredFiles(isExpired)
    const { end } = this.#units
    if (end <= this.#firstUnit) return
    const first = this.#units.search(this.#firstUnit, end, isExpired)
    this.#minOffset =
      first < end
        ? batchUnitBaseOffset(this.#units.readSync(first), 0)
        : endOffset(this.#units.readSync(end - 1))
  }

  destroy(): void {
    this.#units.removeAll()
  }

  close(): void {
    this.#units.close()
  }
}

function beginsAtOrBefore(offset: number): (unit: Buffer) => boolean {
  return (unit) => batchUnitBaseOffset(unit, 0) <= offset
}

/** Queue offset behind the last message of a batch. */
function endOffset(unit: Buffer): number {
  return batchUnitBaseOffset(unit, 0) + batchUnitNum(unit, 0)
}
