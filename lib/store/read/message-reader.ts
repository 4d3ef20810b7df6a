import {
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
} from '../../../codec/store/consume-queue-unit.ts'
import type { Logger } from '../../common/logger.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { Chunk } from '../commitlog/tail-cache.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { AnyConsumeQueue, ConsumeQueueStore } from '../consumequeue/consume-queue-store.ts'
import type { ExtWindow } from '../consumequeue/ext-window.ts'
import { GetMessageStatus, type GetMessageRequest, type GetMessageResult } from '../types.ts'
import { ColdArea } from './cold-area.ts'
import type { ColdReader } from './cold-reader.ts'
import { PullScan } from './pull-scan.ts'

export interface MessageReaderDeps {
  readonly config: MessageStoreConfig
  readonly logger: Logger
  readonly log: CommitLog
  readonly queues: ConsumeQueueStore
  readonly coldReader: ColdReader
  /** Memory of the machine, in bytes: what lies closer to the log's end than a share of it is taken for cached. */
  readonly totalMemoryBytes: number
}

/**
 * Answers gets: from memory at once, otherwise by reading from the disk, asynchronously and bounded.
 *
 * Apache: store.DefaultMessageStore#getMessage
 */
export class MessageReader {
  readonly #deps: MessageReaderDeps
  readonly #coldArea: ColdArea

  constructor(deps: MessageReaderDeps) {
    this.#deps = deps
    this.#coldArea = new ColdArea(deps.config, deps.log, deps.totalMemoryBytes)
  }

  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    const { offset } = request
    const queue = this.#deps.queues.find(request.topic, request.queueId)
    // Apache makes the queue that it is asked for, and finds it empty.
    if (queue === undefined) {
      const minOffset = this.#deps.queues.emptyMinOffset(request.topic)
      return nothing(GetMessageStatus.NO_MESSAGE_IN_QUEUE, 0, minOffset, 0)
    }
    const { minOffset, maxOffset } = queue
    if (maxOffset === 0)
      return nothing(GetMessageStatus.NO_MESSAGE_IN_QUEUE, 0, minOffset, maxOffset)
    if (offset < minOffset) {
      return nothing(GetMessageStatus.OFFSET_TOO_SMALL, minOffset, minOffset, maxOffset)
    }
    if (offset === maxOffset) {
      return nothing(GetMessageStatus.OFFSET_OVERFLOW_ONE, offset, minOffset, maxOffset)
    }
    if (offset > maxOffset) {
      return nothing(GetMessageStatus.OFFSET_OVERFLOW_BADLY, maxOffset, minOffset, maxOffset)
    }
    return this.#scanQueue(request, queue)
  }

  /**
   * Whether the record at a queue offset lies in the part of the log that is taken for cached.
   * Apache: store.DefaultMessageStore#checkInMemByConsumeOffset
   */
  isInMemory(queue: AnyConsumeQueue, offset: number): boolean {
    const commitLogOffset = placeOf(queue, offset)
    if (commitLogOffset === undefined) return false
    const { config, log, totalMemoryBytes } = this.#deps
    const inMemoryBytes = totalMemoryBytes * (config.accessMessageInMemoryMaxRatio / 100)
    return log.maxOffset - commitLogOffset <= inMemoryBytes
  }

  /** Whether the record at a queue offset is cold. Apache: store.CommitLog.ColdDataCheckService#isMsgInColdArea */
  isInColdArea(queue: AnyConsumeQueue, offset: number): boolean {
    const commitLogOffset = placeOf(queue, offset)
    return commitLogOffset !== undefined && this.#coldArea.holds(commitLogOffset)
  }

  #scanQueue(
    request: GetMessageRequest,
    queue: AnyConsumeQueue,
  ): GetMessageResult | Promise<GetMessageResult> {
    const unit = queue.unitOf(request.offset)
    if (typeof unit === 'number') return this.#scanFrom(unit, request, queue)
    return unit.then((found) => this.#scanFrom(found, request, queue))
  }

  /** Inside one file of the queue, and no more units than the filter may look at. */
  #scanFrom(
    start: number,
    request: GetMessageRequest,
    queue: AnyConsumeQueue,
  ): GetMessageResult | Promise<GetMessageResult> {
    const { config } = this.#deps
    const { unitSize } = queue
    const windowBytes = Math.max(config.maxFilterMessageSize, request.maxMsgNums * unitSize)
    const windowEnd = start + Math.ceil(windowBytes / unitSize)
    const end = Math.min(queue.fileEnd(start), queue.unitEnd, windowEnd)
    const units = queue.unitsInMemory(start, end)
    const ext = units && request.filter && queue.extOf(units)
    if (units === undefined || ext instanceof Promise) {
      // Without a filter nearly every unit is a message.
      const least = request.filter ? end - start : Math.min(request.maxMsgNums, end - start)
      const read = queue.readUnits(start, end, Math.max(least, 1))
      if (!(read instanceof Promise)) return this.#scanRead(read, start, request, queue)
      return read.then((found) => this.#scanRead(found, start, request, queue))
    }
    const scan = this.#newScan(request, queue, units, ext)
    if (scan.run((at, size) => this.#findChunk(at, size))) return scan.result(queue)
    scan.keepUnits()
    return this.#finishScan(scan, queue)
  }

  #findChunk(offset: number, size: number): Chunk | null | undefined {
    const { log, coldReader } = this.#deps
    return log.tail.findRange(offset, size) ?? coldReader.findChunk(offset, size)
  }

  #newScan(
    request: GetMessageRequest,
    queue: AnyConsumeQueue,
    units: Buffer,
    ext: ExtWindow | undefined,
  ): PullScan {
    const { config, log, totalMemoryBytes } = this.#deps
    return new PullScan({
      config,
      request,
      units,
      ext,
      isBatch: queue.cqType === 'BatchCQ',
      maxPhysicalOffset: log.maxOffset,
      inMemoryBytes: totalMemoryBytes * (config.accessMessageInMemoryMaxRatio / 100),
      cold: this.#coldArea.countFor(request.group),
      nextFileOffset: (at) => log.files.fileStart(at) + log.files.fileSize,
    })
  }

  /** Units that have been read from the disk: they stay as they are. */
  #scanRead(
    units: Buffer | undefined,
    start: number,
    request: GetMessageRequest,
    queue: AnyConsumeQueue,
  ): GetMessageResult | Promise<GetMessageResult> {
    if (units === undefined) return this.#fileIsGone(start, request, queue)
    const ext = request.filter && queue.extOf(units)
    if (ext instanceof Promise) {
      return ext.then((kept) => this.#finishScan(this.#newScan(request, queue, units, kept), queue))
    }
    // What is in memory is valid in this turn: it is copied before anything is waited for.
    const scan = this.#newScan(request, queue, units, ext?.copy())
    if (scan.run((at, size) => this.#findChunk(at, size))) return scan.result(queue)
    return this.#finishScan(scan, queue)
  }

  #fileIsGone(start: number, request: GetMessageRequest, queue: AnyConsumeQueue): GetMessageResult {
    const { minOffset, maxOffset } = queue
    const next = queue.cqType === 'BatchCQ' ? 0 : Math.min(queue.fileEnd(start), maxOffset)
    const { topic, queueId, offset } = request
    this.#deps.logger.warn({ topic, queueId, offset, next }, 'consume queue file is not there')
    return nothing(GetMessageStatus.OFFSET_FOUND_NULL, next, minOffset, maxOffset)
  }

  /** Reads from the disk what the scan waits for, until it has ended. */
  async #finishScan(scan: PullScan, queue: AnyConsumeQueue): Promise<GetMessageResult> {
    let read: Chunk | null = null
    let readOffset = -1
    const find = (offset: number, size: number): Chunk | null | undefined => {
      return offset === readOffset ? read : this.#findChunk(offset, size)
    }
    while (!scan.run(find)) {
      const { offset, size } = scan.awaited
      read = await this.#deps.coldReader.readChunk(offset, size)
      readOffset = offset
      if (read !== null) scan.addRead(offset, read.length)
    }
    return scan.result(queue)
  }
}

/** Where in the log the record at a queue offset stands; undefined when there is none. */
function placeOf(queue: AnyConsumeQueue, offset: number): number | undefined {
  if (offset < queue.minOffset || offset >= queue.maxOffset) return undefined
  const unit = queue.readUnitSync(offset)
  if (!isUnitWritten(unit, 0) || isUnitBlank(unit, 0)) return undefined
  return unitCommitLogOffset(unit, 0)
}

function nothing(
  status: GetMessageStatus,
  nextBeginOffset: number,
  minOffset: number,
  maxOffset: number,
): GetMessageResult {
  return {
    status,
    nextBeginOffset,
    minOffset,
    maxOffset,
    records: [],
    messageCount: 0,
    suggestPullingFromSlave: false,
    coldDataSum: 0,
  }
}
