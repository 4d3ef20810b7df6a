import type { Clock } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import type { MessageStoreConfig, StoreLimits } from '../config.ts'
import { StoreError } from '../errors.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { HAService } from '../replication.ts'
import type { PutMessageCallback } from '../types.ts'
import { AppendGate } from './append-gate.ts'
import { FlushRealTimeService } from './flush-real-time-service.ts'
import { GroupCommitService } from './group-commit-service.ts'
import { LogFlusher } from './log-flusher.ts'
import { LogWriter } from './log-writer.ts'
import { MessageAppender } from './message-appender.ts'
import { PutAnswers } from './put-answers.ts'
import { QueueOffsetAssigner } from './queue-offset-assigner.ts'
import { QueueOffsetTable } from './queue-offset-table.ts'
import { TailAppender } from './tail-appender.ts'
import { TailCache } from './tail-cache.ts'

export interface CommitLogDeps {
  readonly config: MessageStoreConfig
  readonly limits: StoreLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly files: LogFileQueue
  /** More of the log may be dispatched. */
  readonly onConfirmed: () => void
  /** Replication of this log; undefined where there is none. */
  readonly haService: () => HAService | undefined
}

/**
 * The log of all messages. A put takes its offsets and its place synchronously: its record is encoded at its final place
 * in the tail cache; at the end of the turn the LogWriter brings the tail to the page cache, then the put is
 * answered, or handed on to the flush it waits for.
 *
 * appended >= written >= flushed; readers see what is confirmed: written, or flushed with SYNC_FLUSH.
 *
 * Apache: store.CommitLog
 */
export class CommitLog {
  readonly files: LogFileQueue
  readonly tail: TailCache
  readonly queueOffsets = new QueueOffsetTable()
  readonly flusher: LogFlusher
  readonly #deps: CommitLogDeps
  readonly #failures: FailureLog
  readonly #appender: TailAppender
  readonly #writer: LogWriter
  readonly #groupCommit: GroupCommitService
  readonly #flushRealTime: FlushRealTimeService
  readonly #answers: PutAnswers
  readonly #gate: AppendGate
  readonly #writtenListeners: ((writtenOffset: number) => void)[] = []
  readonly #writeFailedListeners: ((error: Error) => void)[] = []
  readonly #messages: MessageAppender
  #recoveredRecordOffset: number | undefined

  constructor(deps: CommitLogDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the commit log cannot be written')
    this.files = deps.files
    this.tail = new TailCache(deps.limits.tailBytes)
    this.flusher = new LogFlusher(deps.files)
    const assigner = new QueueOffsetAssigner(deps.config, this.queueOffsets)
    this.#appender = new TailAppender({
      clock: deps.clock,
      files: deps.files,
      tail: this.tail,
      queueOffsets: this.queueOffsets,
    })
    this.#writer = new LogWriter({
      clock: deps.clock,
      files: deps.files,
      tail: this.tail,
      onWritten: (offset) => this.#onWritten(offset),
      onFailed: (error, offset) => this.#onWriteFailed(error, offset),
    })
    this.#gate = new AppendGate({
      files: deps.files,
      failures: this.#failures,
      isBusy: () => this.isBusy,
    })
    const onFailed = (error: Error) => this.#onFlushFailed(error)
    this.#groupCommit = new GroupCommitService({
      clock: deps.clock,
      flusher: this.flusher,
      syncFlushTimeoutMs: () => deps.config.syncFlushTimeout,
      onFlushed: () => deps.onConfirmed(),
      onFailed,
    })
    this.#answers = new PutAnswers({
      logger: deps.logger,
      groupCommit: this.#groupCommit,
      queueOffsets: this.queueOffsets,
      assigner,
      isSyncFlush: () => this.#isSyncFlush,
      haService: deps.haService,
    })
    this.#messages = new MessageAppender({
      ...{ config: deps.config, limits: deps.limits, haService: deps.haService },
      ...{ gate: this.#gate, failures: this.#failures, assigner, queueOffsets: this.queueOffsets },
      ...{ tail: this.#appender, writer: this.#writer, answers: this.#answers },
    })
    this.#flushRealTime = new FlushRealTimeService({
      clock: deps.clock,
      config: deps.config,
      flusher: this.flusher,
      writtenOffset: () => this.#writer.writtenOffset,
      onFailed,
    })
  }

  get minOffset(): number {
    return this.files.first?.startOffset ?? 0
  }

  /** End of what has been appended. */
  get maxOffset(): number {
    return this.#appender.endOffset
  }

  get writtenOffset(): number {
    return this.#writer.writtenOffset
  }

  /** End of what readers may see. Source: store.CommitLog#getConfirmOffset */
  get confirmOffset(): number {
    return this.#isSyncFlush ? this.flusher.flushedOffset : this.#writer.writtenOffset
  }

  get #isSyncFlush(): boolean {
    return this.#deps.config.flushDiskType === 'SYNC_FLUSH'
  }

  /** True while a write is slow. */
  get isStalled(): boolean {
    return this.#writer.isStalled
  }

  /** True while the page cache does not take what has been appended. */
  get isBusy(): boolean {
    return this.lockTimeMills > this.#deps.config.osPageCacheBusyTimeOutMills
  }

  /** How long the present write has been running. Apache: the time for which the put lock has been held */
  get lockTimeMills(): number {
    return this.#writer.stalledMs
  }

  /**
   * The log ends at `offset`, where recovery has found its end; messages before it were stored at `storeTimestamp` at the latest, the last
   * begins at `lastRecordOffset`.
   */
  begin(offset: number, storeTimestamp: number, lastRecordOffset?: number): void {
    this.#recoveredRecordOffset = lastRecordOffset
    this.#appender.begin(offset, storeTimestamp)
    this.#writer.reset(offset)
    this.flusher.reset(offset)
  }

  start(): void {
    if (!this.#isSyncFlush) this.#flushRealTime.start()
  }

  /** Writes and flushes everything; no put may come any more. */
  async stop(): Promise<void> {
    this.#flushRealTime.stop()
    await this.#writer.idle()
    try {
      await this.flusher.flush(this.#writer.writtenOffset)
    } finally {
      this.#groupCommit.stop()
    }
  }

  /** Refuses all further puts, for a reason that goes into their answers. */
  fail(reason: string): void {
    this.#gate.close(reason)
  }

  /** Appends one message, or a batch that is kept as one. `done` is called later, unless the message is refused. */
  append(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#messages.append(message, done)
  }

  /** Appends messages of one queue as one: all in one file, all or none. */
  appendBatch(messages: readonly MessageExtBrokerInner[], done: PutMessageCallback): void {
    this.#messages.appendBatch(messages, done)
  }

  // ---- replication ----

  /** Where the last record began when the log was recovered; undefined when there was none. */
  get recoveredRecordOffset(): number | undefined {
    return this.#recoveredRecordOffset
  }

  /** Bytes that are appended and not yet written. */
  get unwrittenBytes(): number {
    return this.#appender.endOffset - this.#writer.writtenOffset
  }

  /** Resolves when nothing is left to be written. */
  idle(): Promise<void> {
    return this.#writer.idle()
  }

  onWritten(listener: (writtenOffset: number) => void): void {
    this.#writtenListeners.push(listener)
  }

  /** The listener is called when what was not written has been taken back. */
  onWriteFailed(listener: (error: Error) => void): void {
    this.#writeFailedListeners.push(listener)
  }

  /** Where the next bytes of a master's log have their place, which lie in one file. @throws StoreError when the log cannot be written now */
  reserve(size: number): Buffer {
    const refused = this.#gate.unwritable()
    if (refused !== undefined) throw new StoreError(refused.reason ?? refused.status)
    return this.#appender.reserve(size)
  }

  /** The bytes that were copied there belong to the log. */
  commit(size: number): void {
    this.#appender.commit(size)
    this.#writer.schedule(this.#appender.endOffset)
  }

  #onWritten(offset: number): void {
    this.#failures.worked()
    this.tail.evict(offset)
    for (const listener of this.#writtenListeners) listener(offset)
    this.#answers.written(offset)
    if (!this.#isSyncFlush) this.#deps.onConfirmed()
  }

  /** Nothing from `offset` on has been acknowledged: takes back the places and queue offsets that were given out. */
  #onWriteFailed(error: Error, offset: number): void {
    this.#failures.failed(error, { offset })
    this.#appender.truncate(offset)
    this.#gate.markDirty(offset)
    this.#answers.writeFailed(error)
    for (const listener of this.#writeFailedListeners) listener(error)
  }

  #onFlushFailed(error: Error): void {
    this.#deps.logger.error({ err: error }, 'commit log flush failed, no more puts are taken')
    this.fail(`the commit log could not be flushed: ${error.message}`)
  }
}
