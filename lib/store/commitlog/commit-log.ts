import { toError } from '../../common/errors.ts'
import type { Clock } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import { createOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { planRecord, type RecordPlan } from '../../../codec/message/record.ts'
import type { MessageStoreConfig, StoreLimits } from '../config.ts'
import { StoreError } from '../errors.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { HAService } from '../replication.ts'
import {
  PutMessageStatus,
  type AppendResult,
  type PutMessageCallback,
  type PutMessageResult,
} from '../types.ts'
import { AppendGate } from './append-gate.ts'
import { checkMessage, checkPlan, illegal } from './append-check.ts'
import { FlushRealTimeService } from './flush-real-time-service.ts'
import { GroupCommitService } from './group-commit-service.ts'
import { LogFlusher } from './log-flusher.ts'
import { LogWriter } from './log-writer.ts'
import type { PendingPut } from './pending-puts.ts'
import { PutAnswers } from './put-answers.ts'
import { QueueOffsetAssigner } from './queue-offset-assigner.ts'
import { QueueOffsetTable } from './queue-offset-table.ts'
import { TailAppender } from './tail-appender.ts'
import { TailCache } from './tail-cache.ts'

const IN_SYNC_REPLICAS_NOT_ENOUGH: PutMessageResult = {
  status: PutMessageStatus.IN_SYNC_REPLICAS_NOT_ENOUGH,
  reason: 'too few replicas are in sync',
}
const NO_LMQS: readonly string[] = []

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
  readonly #assigner: QueueOffsetAssigner
  #recoveredRecordOffset: number | undefined

  constructor(deps: CommitLogDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the commit log cannot be written')
    this.files = deps.files
    this.tail = new TailCache(deps.limits.tailBytes)
    this.flusher = new LogFlusher(deps.files)
    this.#assigner = new QueueOffsetAssigner(deps.config, this.queueOffsets)
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
      assigner: this.#assigner,
      isSyncFlush: () => this.#isSyncFlush,
      haService: deps.haService,
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
    const { config } = this.#deps
    const refused = this.#gate.refusal() ?? checkMessage(message, config)
    if (refused !== undefined) {
      done(refused)
      return
    }
    const ackNums = this.#ackNums(message)
    if (ackNums === undefined) {
      done(IN_SYNC_REPLICAS_NOT_ENOUGH)
      return
    }
    const assigned = this.#assigner.assign(message)
    const complete = assigned?.message ?? message
    const plan = planRecord(complete, config.enabledAppendPropCRC)
    const tooLarge = checkPlan(plan, config) ?? this.#makeRoom(plan.size)
    if (tooLarge !== undefined) {
      done(tooLarge)
      return
    }
    const storeTimestamp = this.#appender.nextStoreTimestamp()
    const commitLogOffset = this.#appender.endOffset
    const previousQueueOffset = this.queueOffsets.get(message.topic, message.queueId)
    const messageCount = assigned?.messageNum ?? 1
    const queueOffset = this.#appender.place(complete, plan, storeTimestamp, messageCount)
    const lmqs = assigned === undefined ? NO_LMQS : this.#assigner.take(assigned)
    this.#submit(
      message,
      { done, ackNums, previousQueueOffset, lmqs },
      {
        commitLogOffset,
        size: plan.size,
        queueOffset,
        storeTimestamp,
        messageCount,
        offsetMsgId: createOffsetMsgId(message.storeHost, commitLogOffset),
      },
    )
  }

  /** Appends messages of one queue as one: all in one file, all or none. */
  appendBatch(messages: readonly MessageExtBrokerInner[], done: PutMessageCallback): void {
    const { config } = this.#deps
    const first = messages[0]
    if (first === undefined) {
      done(illegal('the batch is empty'))
      return
    }
    const refused = this.#gate.refusal() ?? checkMessage(first, config)
    if (refused !== undefined) {
      done(refused)
      return
    }
    const ackNums = this.#ackNums(first)
    if (ackNums === undefined) {
      done(IN_SYNC_REPLICAS_NOT_ENOUGH)
      return
    }
    const plans = messages.map((message) => planRecord(message, config.enabledAppendPropCRC))
    const size = plans.reduce((sum, plan) => sum + plan.size, 0)
    const tooLarge =
      plans.map((plan) => checkPlan(plan, config)).find((result) => result !== undefined) ??
      this.#makeRoom(size)
    if (tooLarge !== undefined) {
      done(tooLarge)
      return
    }
    const storeTimestamp = this.#appender.nextStoreTimestamp()
    const commitLogOffset = this.#appender.endOffset
    const queueOffset = this.queueOffsets.get(first.topic, first.queueId)
    const previousQueueOffset = queueOffset
    const ids = messages.map((message, index) => {
      const id = createOffsetMsgId(message.storeHost, this.#appender.endOffset)
      this.#appender.place(message, plans[index] as RecordPlan, storeTimestamp)
      return id
    })
    this.#submit(
      first,
      { done, ackNums, previousQueueOffset, lmqs: NO_LMQS },
      {
        commitLogOffset,
        size,
        queueOffset,
        storeTimestamp,
        messageCount: messages.length,
        offsetMsgId: ids.join(','),
      },
    )
  }

  /** Sees to it that the next `size` bytes have room in the append buffer and in one file. */
  #makeRoom(size: number): PutMessageResult | undefined {
    if (this.unwrittenBytes + size > this.#deps.limits.appendBufferBytes) {
      return { status: PutMessageStatus.OS_PAGE_CACHE_BUSY, reason: 'the append buffer is full' }
    }
    if (!this.#appender.fitsIntoFile(size)) {
      return illegal(`${size} bytes do not fit into a file of ${this.files.fileSize}`)
    }
    try {
      this.#appender.makeRoom(size)
      return undefined
    } catch (error) {
      const reason = `no new commit log file: ${toError(error).message}`
      this.#failures.failed(error, { offset: this.#appender.endOffset })
      return { status: PutMessageStatus.CREATE_MAPPED_FILE_FAILED, reason }
    }
  }

  /** For how many replicas a put has to wait; undefined when too few are in sync. */
  #ackNums(message: MessageExtBrokerInner): number | undefined {
    const haService = this.#deps.haService()
    if (haService === undefined || !waitsForStore(message)) return 1
    return haService.needAckNums(this.#appender.endOffset)
  }

  #submit(
    message: MessageExtBrokerInner,
    put: Pick<PendingPut, 'done' | 'ackNums' | 'previousQueueOffset' | 'lmqs'>,
    appended: AppendResult,
  ): void {
    const endOffset = this.#appender.endOffset
    // Field by field: spreading an object costs more than appending a record.
    this.#answers.add({
      done: put.done,
      appended,
      endOffset,
      waitStoreMsgOk: waitsForStore(message),
      ackNums: put.ackNums,
      topic: message.topic,
      queueId: message.queueId,
      previousQueueOffset: put.previousQueueOffset,
      lmqs: put.lmqs,
    })
    this.#writer.schedule(endOffset)
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

/** Whether the producer asked to wait for more than the page cache. Source: common.message.Message#isWaitStoreMsgOK */
function waitsForStore(message: MessageExtBrokerInner): boolean {
  return findProperty(message.properties, MessageConst.PROPERTY_WAIT_STORE_MSG_OK) !== 'false'
}
