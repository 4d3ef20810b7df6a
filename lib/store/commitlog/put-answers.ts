import { errorCode } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { PutMessageStatus, type PutMessageResult } from '../types.ts'
import type { GroupCommitService } from './group-commit-service.ts'
import { PendingPuts, type PendingPut } from './pending-puts.ts'
import type { HAService } from '../replication.ts'
import type { QueueOffsetAssigner } from './queue-offset-assigner.ts'
import type { QueueOffsetTable } from './queue-offset-table.ts'

export interface PutAnswersDeps {
  readonly logger: Logger
  readonly groupCommit: GroupCommitService
  readonly queueOffsets: QueueOffsetTable
  readonly assigner: Pick<QueueOffsetAssigner, 'giveBack'>
  readonly isSyncFlush: () => boolean
  readonly haService: () => HAService | undefined
}

/** Answers puts when they are as safe as was asked for, or when they could not be written. */
export class PutAnswers {
  readonly #deps: PutAnswersDeps
  readonly #pending = new PendingPuts()

  constructor(deps: PutAnswersDeps) {
    this.#deps = deps
  }

  /** Takes a put that has been appended. */
  add(put: PendingPut): void {
    this.#pending.add(put)
  }

  /** All before `offset` is in the page cache: answers the puts there, or hands them on to the flush they wait for. */
  written(offset: number): void {
    const { groupCommit } = this.#deps
    const isSyncFlush = this.#deps.isSyncFlush()
    for (const put of this.#pending.takeWritten(offset)) {
      const waitsForFlush = isSyncFlush && put.waitStoreMsgOk
      if (put.ackNums > 1) this.#transfer(put, waitsForFlush)
      else if (waitsForFlush) groupCommit.submit(put)
      else this.#answer(put, { status: PutMessageStatus.PUT_OK, appended: put.appended })
    }
    if (isSyncFlush) groupCommit.written(offset)
  }

  /** Waits for replicas and for the disk at the same time; where both fail, the replicas' status counts. Apache: handleDiskFlushAndHA */
  #transfer(put: PendingPut, waitsForFlush: boolean): void {
    const { groupCommit } = this.#deps
    let isFlushed = !waitsForFlush
    let isTransferred = false
    let result: PutMessageResult = { status: PutMessageStatus.PUT_OK, appended: put.appended }
    const answerWhenBothEnded = () => {
      if (isFlushed && isTransferred) this.#answer(put, result)
    }
    const done = (flushed: PutMessageResult) => {
      isFlushed = true
      if (result.status === PutMessageStatus.PUT_OK) result = flushed
      answerWhenBothEnded()
    }
    if (waitsForFlush) groupCommit.submit({ ...put, done })
    const { ackNums, endOffset: nextOffset, appended } = put
    const onTransferred = (isOk: boolean) => {
      isTransferred = true
      if (!isOk) {
        const reason = `less than ${ackNums} replicas have it within slaveTimeout`
        result = { status: PutMessageStatus.FLUSH_SLAVE_TIMEOUT, appended, reason }
      }
      answerWhenBothEnded()
    }
    this.#deps.haService()?.putRequest({ nextOffset, ackNums, done: onTransferred })
  }

  /** None that is pending has been written: takes back the queue offsets that were given out. */
  writeFailed(error: Error): void {
    const puts = this.#pending.takeAll()
    for (const put of [...puts].reverse()) {
      this.#deps.queueOffsets.set(put.topic, put.queueId, put.previousQueueOffset)
      this.#deps.assigner.giveBack(put.lmqs)
    }
    const status =
      errorCode(error) === 'ENOSPC'
        ? PutMessageStatus.SERVICE_NOT_AVAILABLE
        : PutMessageStatus.UNKNOWN_ERROR
    const reason = `the commit log could not be written: ${error.message}`
    for (const put of puts) this.#answer(put, { status, reason })
  }

  #answer(put: PendingPut, result: PutMessageResult): void {
    try {
      put.done(result)
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'put callback failed')
    }
  }
}
