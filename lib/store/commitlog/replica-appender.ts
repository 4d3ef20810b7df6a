import { BLANK_MAGIC } from '../../../codec/message/record.ts'
import {
  isMessageMagic,
  MIN_RECORD_SIZE,
  recordCommitLogOffset,
  recordMagic,
  recordTotalSize,
} from '../../../codec/message/record-reader.ts'
import { DivergedError, StoreError } from '../errors.ts'
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
  /** Where the next `size` bytes of the log have their place in memory, in one piece; they lie in one file. */
  reserve(size: number): Buffer
  /** The next `size` bytes, which stand where `reserve` said, belong to the log. */
  commit(size: number): void
}

/**
 * Adds to the log what its master sends: whole records only, so that the log always ends where a message may begin, and its
 * readers find each record in one piece. What has come of an incomplete record stands at its place behind the log's end, and
 * does not belong to it yet. The rest of a file behind its
 * last record is taken as it comes.
 *
 * Each record has to say that it belongs where it would be put: bytes of a log that has gone another way are refused.
 */
export class ReplicaAppender implements LogReplica {
  readonly #tail: RawTail
  readonly #head: Buffer = Buffer.alloc(HEAD_BYTES)
  /** What has come of an incomplete record: at first in #head, then, once its size is known, at its place in the log. */
  #partial: Buffer = this.#head
  #partialLength = 0
  /** The last blank that has begun to come. */
  #blankStart = 0
  #blankEnd = 0
  #lastRecordOffset: number | undefined

  constructor(tail: RawTail) {
    this.#tail = tail
  }

  get nextOffset(): number {
    return this.#tail.endOffset + this.#partialLength
  }

  get lastRecordOffset(): number | undefined {
    return this.#lastRecordOffset
  }

  reset(): void {
    this.#partial = this.#head
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
    this.#append(bytes, at, size)
    return size
  }

  /** Where a record or a blank begins. */
  #appendNext(bytes: Buffer, at: number): number {
    const wholeBytes = this.#wholeRecords(bytes, at)
    if (wholeBytes > 0) {
      this.#append(bytes, at, wholeBytes)
      return wholeBytes
    }
    const left = bytes.length - at
    if (left < HEAD_BYTES) return this.#keep(bytes, at)
    const size = this.#checkHead(bytes, at)
    if (size === undefined) {
      this.#append(bytes, at, HEAD_BYTES)
      return HEAD_BYTES
    }
    if (left < size) {
      this.#partial = this.#tail.reserve(size)
      return this.#keep(bytes, at)
    }
    throw this.#foreignRecord(recordCommitLogOffset(bytes, at))
  }

  /** Bytes of the records from `at` on that are whole and belong here. */
  #wholeRecords(bytes: Buffer, at: number): number {
    const { endOffset } = this.#tail
    const room = Math.min(this.#tail.fileEnd(endOffset) - endOffset, bytes.length - at)
    let done = 0
    while (done + MIN_RECORD_SIZE <= room && isMessageMagic(recordMagic(bytes, at + done))) {
      const size = recordTotalSize(bytes, at + done)
      if (size < MIN_RECORD_SIZE || done + size > room) break
      if (recordCommitLogOffset(bytes, at + done) !== endOffset + done) break
      this.#lastRecordOffset = endOffset + done
      done += size
    }
    return done
  }

  #completePartial(bytes: Buffer, at: number): number {
    const taken = this.#keep(bytes, at)
    if (this.#partialLength < this.#partial.length) return taken
    if (this.#partial === this.#head) {
      this.#completeHead()
    } else {
      const offset = recordCommitLogOffset(this.#partial, 0)
      if (offset !== this.#tail.endOffset) throw this.#foreignRecord(offset)
      this.#lastRecordOffset = offset
      this.#tail.commit(this.#partial.length)
      this.reset()
    }
    return taken
  }

  #completeHead(): void {
    const size = this.#checkHead(this.#head, 0)
    if (size === undefined) {
      this.#append(this.#head, 0, HEAD_BYTES)
      this.reset()
      return
    }
    this.#partial = this.#tail.reserve(size)
    this.#head.copy(this.#partial)
  }

  #append(bytes: Buffer, at: number, size: number): void {
    bytes.copy(this.#tail.reserve(size), 0, at, at + size)
    this.#tail.commit(size)
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
    throw new DivergedError(
      `what the master sends for offset ${endOffset} is no record (size ${size}, magic ${magic}): ` +
        `its log is not the one that this log continues`,
    )
  }

  #foreignRecord(offset: number): DivergedError {
    return new DivergedError(
      `the master sends a record of offset ${offset} for offset ${this.#tail.endOffset}: ` +
        `its log is not the one that this log continues`,
    )
  }
}
