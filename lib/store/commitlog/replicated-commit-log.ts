import type { ColdReader } from '../read/cold-reader.ts'
import type { LogReplica, ReplicatedLog } from '../replication.ts'
import type { CommitLog } from './commit-log.ts'
import { ReplicaAppender, type RawTail } from './replica-appender.ts'

/** What stands behind a blank that was appended here, up to the end of its file. */
const ZEROES = Buffer.alloc(64 * 1024)

/** The commit log as replication sees it: raw bytes, all that is written. */
export class ReplicatedCommitLog implements ReplicatedLog, RawTail {
  readonly replica: LogReplica = new ReplicaAppender(this)
  readonly #log: CommitLog
  readonly #coldReader: ColdReader

  constructor(log: CommitLog, coldReader: ColdReader) {
    this.#log = log
    this.#coldReader = coldReader
  }

  get fileSize(): number {
    return this.#log.files.fileSize
  }

  get minOffset(): number {
    return this.#log.minOffset
  }

  get maxOffset(): number {
    return this.#log.writtenOffset
  }

  get lastRecordOffset(): number | undefined {
    return this.replica.lastRecordOffset ?? this.#log.recoveredRecordOffset
  }

  get endOffset(): number {
    return this.#log.maxOffset
  }

  get unwrittenBytes(): number {
    return this.#log.unwrittenBytes
  }

  fileEnd(offset: number): number {
    return this.#log.files.fileStart(offset) + this.fileSize
  }

  dataInMemory(offset: number, maxBytes: number): Buffer | undefined {
    const { tail } = this.#log
    if (offset < (tail.startOffset ?? Infinity)) return undefined
    const end = Math.min(offset + maxBytes, this.fileEnd(offset), this.maxOffset)
    const chunk = tail.find(offset)
    if (chunk === undefined) return ZEROES.subarray(0, end - offset)
    chunk.isLent = true
    const { buffer, startOffset, length } = chunk
    return buffer.subarray(offset - startOffset, Math.min(end - startOffset, length))
  }

  readData(offset: number, into: Buffer): Promise<Buffer | undefined> {
    const bytes = Math.min(into.length, this.maxOffset - offset)
    return this.#coldReader.read(offset, bytes, into)
  }

  onWritten(listener: (maxOffset: number) => void): void {
    this.#log.onWritten(listener)
  }

  idle(): Promise<void> {
    return this.#log.idle()
  }

  onWriteFailed(listener: (error: Error) => void): void {
    this.#log.onWriteFailed(listener)
  }

  beginAt(offset: number): void {
    this.#log.begin(offset, 0)
  }

  reserve(size: number): Buffer {
    return this.#log.reserve(size)
  }

  commit(size: number): void {
    this.#log.commit(size)
  }
}
