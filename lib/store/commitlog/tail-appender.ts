import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import {
  BLANK_MAGIC,
  encodeRecord,
  END_FILE_MIN_BLANK_LENGTH,
  type RecordPlan,
} from '../../../codec/message/record.ts'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import type { Clock } from '../../common/clock.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { QueueOffsetTable } from './queue-offset-table.ts'
import type { TailCache } from './tail-cache.ts'

export interface TailAppenderDeps {
  readonly clock: Clock
  readonly files: LogFileQueue
  readonly tail: TailCache
  readonly queueOffsets: QueueOffsetTable
}

/**
 * The end of the log, where records get their offsets and are encoded at their final place in memory. A record never crosses the
 * border of two files: what is left of a file that has no room for it is filled with a blank.
 *
 * Apache: store.CommitLog.DefaultAppendMessageCallback
 */
export class TailAppender {
  readonly #deps: TailAppenderDeps
  #endOffset = 0
  #lastStoreTimestamp = 0

  constructor(deps: TailAppenderDeps) {
    this.#deps = deps
  }

  /** End of what has been appended. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** The log ends at `offset`; messages before it were stored at `storeTimestamp` at the latest. */
  begin(offset: number, storeTimestamp: number): void {
    this.#endOffset = offset
    this.#lastStoreTimestamp = storeTimestamp
  }

  /** Takes back all from `offset` on. */
  truncate(offset: number): void {
    this.#endOffset = offset
    this.#deps.tail.truncate(offset)
  }

  /** Bytes. */
  get fileSize(): number {
    return this.#deps.files.fileSize
  }

  /** Whether any file has room for a record of `size` bytes. */
  fitsIntoFile(size: number): boolean {
    return size + END_FILE_MIN_BLANK_LENGTH <= this.#deps.files.fileSize
  }

  /**
   * Sees to it that the next `size` bytes, which fit into a file, lie in one, and in one chunk: a write ends with a chunk, and a batch of
   * which only a part is written could not be taken back. @throws when a new file cannot be made
   */
  makeRoom(size: number): void {
    const { files, tail } = this.#deps
    const file = files.findOrCreate(this.#endOffset)
    if (size + END_FILE_MIN_BLANK_LENGTH > file.endOffset - this.#endOffset) {
      files.findOrCreate(file.endOffset)
      this.#closeFile(file.endOffset)
    }
    tail.reserve(this.#endOffset, size)
  }

  /** Fills the rest of a file and goes on at the next one's start. */
  #closeFile(nextFileOffset: number): void {
    const { tail } = this.#deps
    const chunk = tail.reserve(this.#endOffset, END_FILE_MIN_BLANK_LENGTH)
    chunk.buffer.writeInt32BE(nextFileOffset - this.#endOffset, chunk.length)
    chunk.buffer.writeInt32BE(BLANK_MAGIC, chunk.length + 4)
    chunk.length += END_FILE_MIN_BLANK_LENGTH
    tail.seal()
    this.#endOffset = nextFileOffset
  }

  /** Where the next `size` bytes have their place: of a copied log, which few read while it comes. */
  reserve(size: number): Buffer {
    const { buffer, length } = this.#deps.tail.reserve(this.#endOffset, size, false)
    return buffer.subarray(length, length + size)
  }

  /** The next `size` bytes, which stand where `reserve` said, belong to the log. */
  commit(size: number): void {
    const { files, tail } = this.#deps
    tail.reserve(this.#endOffset, size).length += size
    this.#endOffset += size
    if (this.#endOffset === files.fileStart(this.#endOffset)) tail.seal()
  }

  /** Store times never go back, whatever the clock does. */
  nextStoreTimestamp(): number {
    this.#lastStoreTimestamp = Math.max(this.#lastStoreTimestamp, this.#deps.clock.now())
    return this.#lastStoreTimestamp
  }

  /** Gives a record of `messageNum` messages its offsets and encodes it there. Returns the queue offset of the first. */
  place(
    message: MessageExtBrokerInner,
    plan: RecordPlan,
    storeTimestamp: number,
    messageNum = 1,
  ): number {
    const queueOffset = this.#takeQueueOffset(message, messageNum)
    const commitLogOffset = this.#endOffset
    const chunk = this.#deps.tail.reserve(commitLogOffset, plan.size)
    const place = { queueOffset, commitLogOffset, storeTimestamp }
    encodeRecord(chunk.buffer, chunk.length, message, plan, place)
    chunk.length += plan.size
    this.#endOffset += plan.size
    return queueOffset
  }

  /** Prepared and rolled back messages have no place in their queue. */
  #takeQueueOffset({ topic, queueId, sysFlag }: MessageExtBrokerInner, messageNum: number): number {
    const type = getTransactionValue(sysFlag)
    if (
      type === MessageSysFlag.TRANSACTION_PREPARED_TYPE ||
      type === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
    ) {
      return 0
    }
    const { queueOffsets } = this.#deps
    const queueOffset = queueOffsets.get(topic, queueId)
    queueOffsets.set(topic, queueId, queueOffset + messageNum)
    return queueOffset
  }
}
