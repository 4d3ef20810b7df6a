import {
  BATCH_CQ_STORE_UNIT_SIZE,
  batchUnitBaseOffset,
  batchUnitNum,
} from '../../../codec/store/batch-consume-queue-unit.ts'
import {
  CQ_STORE_UNIT_SIZE,
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import { holdsRange, type Chunk } from '../commitlog/tail-cache.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { ExtWindow } from '../consumequeue/ext-window.ts'
import {
  GetMessageStatus,
  type GetMessageRequest,
  type GetMessageResult,
  type MessageFilter,
} from '../types.ts'
import type { ColdCount } from './cold-area.ts'
import type { Range } from './cold-reader.ts'

/** Source: store.DefaultMessageStore#MAX_PULL_MSG_SIZE */
const MAX_PULL_MSG_SIZE = 128 * 1024 * 1024

/** A stretch of the log with a whole record; null when the record is gone, undefined when it has to be read first. */
export type ChunkSource = (offset: number, size: number) => Chunk | null | undefined

export interface PullScanOptions {
  readonly config: MessageStoreConfig
  readonly request: GetMessageRequest
  /** Units from that of `request.offset` on. */
  readonly units: Buffer
  /** What consume queue ext knows of them. */
  readonly ext: ExtWindow | undefined
  /** The units are those of a queue of batches. */
  readonly isBatch: boolean
  /** End of the log. */
  readonly maxPhysicalOffset: number
  /** Records that are closer to the log's end are taken for cached, and the larger limits hold. */
  readonly inMemoryBytes: number
  /** undefined: nothing is counted as cold. */
  readonly cold: ColdCount | undefined
  /** Start of the file behind the one that holds an offset. */
  readonly nextFileOffset: (offset: number) => number
}

/**
 * One get: goes through units and collects the records that match, up to the limits. It can be interrupted where a record
 * has to be read from the disk, and be run again. Nothing is made for a record that does not match: a filter looks at
 * the bytes of the log where they are.
 *
 * Source: store.DefaultMessageStore#getMessage, #isTheBatchFull
 */
export class PullScan {
  readonly #options: PullScanOptions
  readonly #unitSize: number
  #units: Buffer
  #ext: ExtWindow | undefined
  #position = 0
  /** Where the last record was found; the next one is likely to be there, too. */
  #chunk: Chunk | undefined
  #status: GetMessageStatus = GetMessageStatus.NO_MATCHED_MESSAGE
  #records: Buffer[] = []
  #bytes = 0
  #messageCount = 0
  #maxOffsetPulling = 0
  /** Records before this offset of the log are counted. */
  readonly #coldRecordsEnd: number
  #coldDataSum = 0
  /** After a record that is gone: those before this offset are gone with it. */
  #skipBefore = -1

  constructor(options: PullScanOptions) {
    this.#options = options
    this.#units = options.units
    this.#ext = options.ext
    const { cold } = options
    this.#coldRecordsEnd = cold === undefined || cold.onlyReads ? 0 : cold.end
    this.#unitSize = options.isBatch ? BATCH_CQ_STORE_UNIT_SIZE : CQ_STORE_UNIT_SIZE
  }

  /** Has to be called before a pause, when the units are a view that is not valid afterwards. */
  keepUnits(): void {
    this.#units = Buffer.from(this.#units)
    this.#ext = this.#ext?.copy()
  }

  /** True when the get has ended; false when a record has to be read from the disk first. */
  run(find: ChunkSource): boolean {
    const { request, nextFileOffset } = this.#options
    const { filter } = request
    const units = this.#units
    for (; this.#position < units.length; this.#position += this.#unitSize) {
      const offset = unitCommitLogOffset(units, this.#position)
      const size = unitSize(units, this.#position)
      if (this.#isFull(offset, size) || this.#isBeyondWindow()) return true
      const isSkipped =
        offset < this.#skipBefore || (filter !== undefined && !this.#isMatched(filter))
      if (!isSkipped) {
        const chunk = this.#find(offset, size, find)
        if (chunk === undefined) return false
        if (chunk === null) this.#gone(nextFileOffset(offset))
        else this.#take(chunk, offset - chunk.startOffset, size)
      }
      this.#maxOffsetPulling = offset
    }
    return true
  }

  #isMatched(filter: MessageFilter): boolean {
    const extOffset = this.#ext && unitExtOffset(this.#units, this.#position)
    if (extOffset === undefined) {
      return filter.isMatchedByConsumeQueue(unitTagsCode(this.#units, this.#position))
    }
    const unit = this.#ext?.get(extOffset)
    return filter.isMatchedByConsumeQueue(unit?.tagsCode, unit)
  }

  #gone(skipBefore: number): void {
    if (this.#bytes === 0) this.#status = GetMessageStatus.MESSAGE_WAS_REMOVING
    this.#skipBefore = skipBefore
  }

  #find(offset: number, size: number, find: ChunkSource): Chunk | null | undefined {
    if (this.#chunk !== undefined && holdsRange(this.#chunk, offset, size)) return this.#chunk
    const chunk = find(offset, size)
    if (chunk) this.#chunk = chunk
    return chunk
  }

  #take(chunk: Chunk, start: number, size: number): void {
    const { filter } = this.#options.request
    const { buffer } = chunk
    if (chunk.startOffset + start < this.#coldRecordsEnd) this.#coldDataSum += size
    if (filter?.needsRecord === true && !filter.isMatchedByCommitLog(buffer, start, start + size)) {
      if (this.#bytes === 0) this.#status = GetMessageStatus.NO_MATCHED_MESSAGE
      return
    }
    this.#records.push(this.#recordIn(chunk, start, size))
    this.#bytes += size
    this.#messageCount += this.#batchNum()
    this.#status = GetMessageStatus.FOUND
    this.#skipBefore = -1
  }

  /** Messages of the present unit. */
  #batchNum(): number {
    return this.#options.isBatch ? batchUnitNum(this.#units, this.#position) : 1
  }

  /** The window of a get is in units, as if each was of one message. */
  #isBeyondWindow(): boolean {
    const { isBatch, request, config } = this.#options
    if (!isBatch) return false
    const windowBytes = Math.max(config.maxFilterMessageSize, request.maxMsgNums * this.#unitSize)
    const distance = batchUnitBaseOffset(this.#units, this.#position) - request.offset
    return distance * this.#unitSize >= windowBytes
  }

  /** A view where that is possible. What a filter leaves over is little: it is copied, and the block's memory used again. */
  #recordIn(chunk: Chunk, start: number, size: number): Buffer {
    const view = chunk.buffer.subarray(start, start + size)
    if (!chunk.isLent && this.#options.request.filter !== undefined) return Buffer.from(view)
    chunk.isLent = true
    return view
  }

  /** One message goes through whatever the limits. */
  #isFull(offset: number, size: number): boolean {
    const count = this.#messageCount
    if (count === 0) return false
    const { config, request, maxPhysicalOffset, inMemoryBytes } = this.#options
    const bytes = this.#bytes + size
    if (count + this.#batchNum() > request.maxMsgNums || bytes > MAX_PULL_MSG_SIZE) return true
    if (maxPhysicalOffset - offset <= inMemoryBytes) {
      if (bytes > config.maxTransferBytesOnMessageInMemory) return true
      return count > config.maxTransferCountOnMessageInMemory - 1
    }
    if (bytes > config.maxTransferBytesOnMessageInDisk) return true
    return count > config.maxTransferCountOnMessageInDisk - 1
  }

  /** `bytes` were read from the disk, for the record that was awaited. */
  addRead(offset: number, bytes: number): void {
    const { cold } = this.#options
    if (cold?.onlyReads === true && offset < cold.end) this.#coldDataSum += bytes
  }

  /** The record that has to be read before the scan can go on. */
  get awaited(): Range {
    return {
      offset: unitCommitLogOffset(this.#units, this.#position),
      size: unitSize(this.#units, this.#position),
    }
  }

  result(queue: { readonly minOffset: number; readonly maxOffset: number }): GetMessageResult {
    const { maxPhysicalOffset, inMemoryBytes } = this.#options
    return {
      status: this.#status,
      nextBeginOffset: this.#nextBeginOffset(),
      minOffset: queue.minOffset,
      maxOffset: queue.maxOffset,
      records: this.#records,
      messageCount: this.#messageCount,
      suggestPullingFromSlave: maxPhysicalOffset - this.#maxOffsetPulling > inMemoryBytes,
      coldDataSum: this.#coldDataSum,
    }
  }

  /** Behind the last unit that has been looked at. */
  #nextBeginOffset(): number {
    const { request, isBatch } = this.#options
    if (!isBatch) return request.offset + this.#position / this.#unitSize
    const last = this.#position - this.#unitSize
    if (last < 0) return request.offset
    return batchUnitBaseOffset(this.#units, last) + batchUnitNum(this.#units, last)
  }
}
