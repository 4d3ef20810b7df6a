import { BLANK_MAGIC } from '../../../codec/message/record.ts'
import {
  isMessageMagic,
  MIN_RECORD_SIZE,
  recordCommitLogOffset,
  recordMagic,
  recordTotalSize,
} from '../../../codec/message/record-reader.ts'
import { StoreError } from '../errors.ts'
import type { LogReplica } from '../replication.ts'

/** Size and magic. */
const HEAD_BYTES = 8
/** No client can send a larger message; what claims to be one would only take memory. */
const MAX_RECORD_SIZE = 64 * 1024 * 1024

/** The end of the log, to which bytes are added as they are. */
export interface RawTail {
  readonly endOffset: number
  /** End of the file that holds `offset`. */
  fileEnd(offset: number): number
  /** An empty log begins here. */
  beginAt(offset: number): void
  /** Adds bytes that lie in one file; they stand in memory in one piece. */
  appendRaw(bytes: Buffer): void
}

/**
 * Adds to the log what its master sends: whole records only, so that the log always ends where a message may begin, and its
 * readers find each record in one piece. What has come of an incomplete record waits here. The rest of a file behind its
 * last record is taken as it comes.
 *
 * Each record has to say that it belongs where it would be put: bytes of a log that has gone another way are refused.
 */
export class ReplicaAppender implements LogReplica {
  readonly #tail: RawTail
  /** What has come of an incomplete record; as large as the record once its head is there. */
  #partial = Buffer.alloc(HEAD_BYTES)
  #partialLength = 0
  /** The last blank that has begun to come. */
  #blankStart = 0
  #blankEnd = 0

  constructor(tail: RawTail) {
    this.#tail = tail
  }

  get nextOffset(): number {
    return this.#tail.endOffset + this.#partialLength
  }

  reset(): void {
    this.#partial = Buffer.alloc(HEAD_BYTES)
    this.#partialLength = 0
  }

  beginAt(offset: number): void {
    if (offset !== this.#tail.fileEnd(offset - 1)) {
      throw new StoreError(`the log cannot begin at ${offset}: no file begins there`)
    }
    this.reset()
    this.#tail.beginAt(offset)
  }

  append(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#isInBlank) at += this.#appendBlank(bytes, at)
      else if (this.#partialLength > 0) at += this.#completePartial(bytes, at)
      else at += this.#appendNext(bytes, at)
    }
  }

  get #isInBlank(): boolean {
    const { endOffset } = this.#tail
    return endOffset > this.#blankStart && endOffset < this.#blankEnd
  }

  #appendBlank(bytes: Buffer, at: number): number {
    const size = Math.min(this.#blankEnd - this.#tail.endOffset, bytes.length - at)
    this.#tail.appendRaw(bytes.subarray(at, at + size))
    return size
  }

  /** Where a record or a blank begins. */
  #appendNext(bytes: Buffer, at: number): number {
    const left = bytes.length - at
    if (left < HEAD_BYTES) return this.#keep(bytes, at)
    const size = this.#checkHead(bytes, at)
    if (size === undefined) {
      this.#tail.appendRaw(bytes.subarray(at, at + HEAD_BYTES))
      return HEAD_BYTES
    }
    if (left < size) {
      this.#partial = Buffer.allocUnsafeSlow(size)
      return this.#keep(bytes, at)
    }
    this.#appendRecord(bytes.subarray(at, at + size))
    return size
  }

  #completePartial(bytes: Buffer, at: number): number {
    const isHead = this.#partial.length === HEAD_BYTES
    const taken = this.#keep(bytes, at)
    if (this.#partialLength < this.#partial.length) return taken
    const complete = this.#partial
    const size = isHead ? this.#checkHead(complete, 0) : undefined
    if (size !== undefined) {
      this.#partial = Buffer.allocUnsafeSlow(size)
      complete.copy(this.#partial)
      return taken
    }
    this.reset()
    if (isHead) this.#tail.appendRaw(complete)
    else this.#appendRecord(complete)
    return taken
  }

  #keep(bytes: Buffer, at: number): number {
    const copied = bytes.copy(this.#partial, this.#partialLength, at)
    this.#partialLength += copied
    return copied
  }

  /** The size of the record that begins at `at`; undefined for a blank, whose place is noted then. */
  #checkHead(bytes: Buffer, at: number): number | undefined {
    const { endOffset } = this.#tail
    const size = recordTotalSize(bytes, at)
    const magic = recordMagic(bytes, at)
    const left = this.#tail.fileEnd(endOffset) - endOffset
    if (magic === BLANK_MAGIC && size === left) {
      this.#blankStart = endOffset
      this.#blankEnd = endOffset + size
      return undefined
    }
    const isRecord = isMessageMagic(magic) && size >= MIN_RECORD_SIZE
    if (isRecord && size <= Math.min(left, MAX_RECORD_SIZE)) return size
    throw new StoreError(
      `what the master sends for offset ${endOffset} is no record (size ${size}, magic ${magic}): ` +
        `its log is not the one that this log continues`,
    )
  }

  #appendRecord(record: Buffer): void {
    const offset = recordCommitLogOffset(record, 0)
    if (offset !== this.#tail.endOffset) {
      throw new StoreError(
        `the master sends a record of offset ${offset} for offset ${this.#tail.endOffset}: ` +
          `its log is not the one that this log continues`,
      )
    }
    this.#tail.appendRaw(record)
  }
}
