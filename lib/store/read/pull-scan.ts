import {
  CQ_STORE_UNIT_SIZE,
  unitCommitLogOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import type { MessageStoreConfig } from '../config.ts'
import { GetMessageStatus, type GetMessageRequest, type GetMessageResult } from '../types.ts'
import type { Range } from './cold-reader.ts'

/** Source: store.DefaultMessageStore#MAX_PULL_MSG_SIZE */
const MAX_PULL_MSG_SIZE = 128 * 1024 * 1024

/** A record by its place; null when it is gone, undefined when it has to be read first. */
export type RecordSource = (offset: number, size: number) => Buffer | null | undefined

export interface PullScanOptions {
  readonly config: MessageStoreConfig
  readonly request: GetMessageRequest
  /** Units from `request.offset` on. */
  readonly units: Buffer
  /** End of the log. */
  readonly maxPhysicalOffset: number
  /** Records that are closer to the log's end are taken for cached, and the larger limits hold. */
  readonly inMemoryBytes: number
  /** Start of the file behind the one that holds an offset. */
  readonly nextFileOffset: (offset: number) => number
}

/**
 * One get: goes through units and collects the records that match, up to the limits. It can be interrupted where a record
 * has to be read from the disk, and be run again.
 *
 * Source: store.DefaultMessageStore#getMessage, #isTheBatchFull
 */
export class PullScan {
  readonly #options: PullScanOptions
  #position = 0
  #status: GetMessageStatus = GetMessageStatus.NO_MATCHED_MESSAGE
  #records: Buffer[] = []
  #bytes = 0
  #maxOffsetPulling = 0
  /** After a record that is gone: those before this offset are gone with it. */
  #skipBefore = -1

  constructor(options: PullScanOptions) {
    this.#options = options
  }

  /** True when the get has ended; false when a record has to be read from the disk first. */
  run(find: RecordSource): boolean {
    const { units, request, nextFileOffset } = this.#options
    const { filter } = request
    for (; this.#position < units.length; this.#position += CQ_STORE_UNIT_SIZE) {
      const offset = unitCommitLogOffset(units, this.#position)
      const size = unitSize(units, this.#position)
      if (this.#isFull(offset, size)) return true
      const isSkipped =
        offset < this.#skipBefore ||
        filter?.isMatchedByConsumeQueue(unitTagsCode(units, this.#position)) === false
      if (!isSkipped) {
        const record = find(offset, size)
        if (record === undefined) return false
        if (record === null) this.#gone(nextFileOffset(offset))
        else this.#take(record)
      }
      this.#maxOffsetPulling = offset
    }
    return true
  }

  #gone(skipBefore: number): void {
    if (this.#bytes === 0) this.#status = GetMessageStatus.MESSAGE_WAS_REMOVING
    this.#skipBefore = skipBefore
  }

  #take(record: Buffer): void {
    const { filter } = this.#options.request
    if (filter?.needsRecord === true && !filter.isMatchedByCommitLog(record)) {
      if (this.#bytes === 0) this.#status = GetMessageStatus.NO_MATCHED_MESSAGE
      return
    }
    this.#records.push(record)
    this.#bytes += record.length
    this.#status = GetMessageStatus.FOUND
    this.#skipBefore = -1
  }

  /** One message goes through whatever the limits. */
  #isFull(offset: number, size: number): boolean {
    const count = this.#records.length
    if (count === 0) return false
    const { config, request, maxPhysicalOffset, inMemoryBytes } = this.#options
    const bytes = this.#bytes + size
    if (count + 1 > request.maxMsgNums || bytes > MAX_PULL_MSG_SIZE) return true
    if (maxPhysicalOffset - offset <= inMemoryBytes) {
      if (bytes > config.maxTransferBytesOnMessageInMemory) return true
      return count > config.maxTransferCountOnMessageInMemory - 1
    }
    if (bytes > config.maxTransferBytesOnMessageInDisk) return true
    return count > config.maxTransferCountOnMessageInDisk - 1
  }

  /** The next records that this scan is going to ask for, in the order of the log. */
  upcoming(limit: number): Range[] {
    const { units, request } = this.#options
    const ranges: Range[] = []
    let bytes = 0
    for (let at = this.#position; at < units.length && ranges.length < limit;) {
      const offset = unitCommitLogOffset(units, at)
      const size = unitSize(units, at)
      if (request.filter?.isMatchedByConsumeQueue(unitTagsCode(units, at)) !== false) {
        bytes += size
        if (ranges.length > 0 && this.#isBeyondLimits(offset, ranges.length, bytes)) break
        ranges.push({ offset, size })
      }
      at += CQ_STORE_UNIT_SIZE
    }
    return ranges
  }

  #isBeyondLimits(offset: number, count: number, bytes: number): boolean {
    const { config, request, maxPhysicalOffset, inMemoryBytes } = this.#options
    const isInMemory = maxPhysicalOffset - offset <= inMemoryBytes
    const { maxTransferBytesOnMessageInMemory, maxTransferBytesOnMessageInDisk } = config
    const limit = isInMemory ? maxTransferBytesOnMessageInMemory : maxTransferBytesOnMessageInDisk
    return count >= request.maxMsgNums || bytes > limit
  }

  result(queue: { readonly minOffset: number; readonly maxOffset: number }): GetMessageResult {
    const { request, maxPhysicalOffset, inMemoryBytes } = this.#options
    return {
      status: this.#status,
      nextBeginOffset: request.offset + this.#position / CQ_STORE_UNIT_SIZE,
      minOffset: queue.minOffset,
      maxOffset: queue.maxOffset,
      records: this.#records,
      messageCount: this.#records.length,
      suggestPullingFromSlave: maxPhysicalOffset - this.#maxOffsetPulling > inMemoryBytes,
    }
  }
}
