import { createOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { planRecord, type RecordPlan } from '../../../codec/message/record.ts'
import { toError } from '../../common/errors.ts'
import type { FailureLog } from '../../common/failure-log.ts'
import type { MessageStoreConfig, StoreLimits } from '../config.ts'
import type { HAService } from '../replication.ts'
import {
  PutMessageStatus,
  type AppendResult,
  type PutMessageCallback,
  type PutMessageResult,
} from '../types.ts'
import { checkMessage, checkPlan, illegal } from './append-check.ts'
import type { AppendGate } from './append-gate.ts'
import type { LogWriter } from './log-writer.ts'
import type { PendingPut } from './pending-puts.ts'
import type { PutAnswers } from './put-answers.ts'
import type { QueueOffsetAssigner } from './queue-offset-assigner.ts'
import type { QueueOffsetTable } from './queue-offset-table.ts'
import type { TailAppender } from './tail-appender.ts'

const IN_SYNC_REPLICAS_NOT_ENOUGH: PutMessageResult = {
  status: PutMessageStatus.IN_SYNC_REPLICAS_NOT_ENOUGH,
  reason: 'too few replicas are in sync',
}
const NO_LMQS: readonly string[] = []

export interface MessageAppenderDeps {
  readonly config: MessageStoreConfig
  readonly limits: StoreLimits
  readonly gate: AppendGate
  readonly failures: FailureLog
  readonly assigner: QueueOffsetAssigner
  readonly queueOffsets: QueueOffsetTable
  readonly tail: TailAppender
  readonly writer: LogWriter
  readonly answers: PutAnswers
  readonly haService: () => HAService | undefined
}

/**
 * Takes messages into the log: checks them, gives them offsets and a place at its end, and hands them on to be written and
 * answered. All in one synchronous piece, which is the lock.
 *
 * Apache: store.CommitLog#asyncPutMessage, #asyncPutMessages
 */
export class MessageAppender {
  readonly #deps: MessageAppenderDeps
  readonly #gate: AppendGate
  readonly #assigner: QueueOffsetAssigner
  readonly #queueOffsets: QueueOffsetTable
  readonly #tail: TailAppender
  readonly #writer: LogWriter
  readonly #answers: PutAnswers

  constructor(deps: MessageAppenderDeps) {
    this.#deps = deps
    this.#gate = deps.gate
    this.#assigner = deps.assigner
    this.#queueOffsets = deps.queueOffsets
    this.#tail = deps.tail
    this.#writer = deps.writer
    this.#answers = deps.answers
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
    const storeTimestamp = this.#tail.nextStoreTimestamp()
    const commitLogOffset = this.#tail.endOffset
    const previousQueueOffset = this.#queueOffsets.get(message.topic, message.queueId)
    const messageCount = assigned?.messageNum ?? 1
    const queueOffset = this.#tail.place(complete, plan, storeTimestamp, messageCount)
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
    const storeTimestamp = this.#tail.nextStoreTimestamp()
    const commitLogOffset = this.#tail.endOffset
    const queueOffset = this.#queueOffsets.get(first.topic, first.queueId)
    const previousQueueOffset = queueOffset
    const ids = messages.map((message, index) => {
      const id = createOffsetMsgId(message.storeHost, this.#tail.endOffset)
      this.#tail.place(message, plans[index] as RecordPlan, storeTimestamp)
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
    const unwrittenBytes = this.#tail.endOffset - this.#writer.writtenOffset
    if (unwrittenBytes + size > this.#deps.limits.appendBufferBytes) {
      return { status: PutMessageStatus.OS_PAGE_CACHE_BUSY, reason: 'the append buffer is full' }
    }
    if (!this.#tail.fitsIntoFile(size)) {
      return illegal(`${size} bytes do not fit into a file of ${this.#tail.fileSize}`)
    }
    try {
      this.#tail.makeRoom(size)
      return undefined
    } catch (error) {
      const reason = `no new commit log file: ${toError(error).message}`
      this.#deps.failures.failed(error, { offset: this.#tail.endOffset })
      return { status: PutMessageStatus.CREATE_MAPPED_FILE_FAILED, reason }
    }
  }

  /** For how many replicas a put has to wait; undefined when too few are in sync. */
  #ackNums(message: MessageExtBrokerInner): number | undefined {
    const haService = this.#deps.haService()
    if (haService === undefined || !waitsForStore(message)) return 1
    return haService.needAckNums(this.#tail.endOffset)
  }

  #submit(
    message: MessageExtBrokerInner,
    put: Pick<PendingPut, 'done' | 'ackNums' | 'previousQueueOffset' | 'lmqs'>,
    appended: AppendResult,
  ): void {
    const endOffset = this.#tail.endOffset
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
}

/** Whether the producer asked to wait for more than the page cache. Source: common.message.Message#isWaitStoreMsgOK */
function waitsForStore(message: MessageExtBrokerInner): boolean {
  return findProperty(message.properties, MessageConst.PROPERTY_WAIT_STORE_MSG_OK) !== 'false'
}
