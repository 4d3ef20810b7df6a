import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import {
  isBodyIntact,
  isMessageMagic,
  locateParts,
  MIN_RECORD_SIZE,
  recordCommitLogOffset,
  recordMagic,
  recordStoreTimestamp,
  recordTotalSize,
} from '../../../codec/message/record-reader.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { ConsumeQueueStore } from '../consumequeue/consume-queue-store.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import { StoreError } from '../errors.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { LogFile } from '../logfile/log-file.ts'
import type { Range } from '../read/cold-reader.ts'
import type { CommitLogDispatcher } from '../reput/commit-log-dispatcher.ts'
import type { StoreCheckpoint } from '../store-checkpoint.ts'
import { LogScanner } from './log-scanner.ts'

const PROGRESS_INTERVAL_MS = 2_000
/** Enough of a record for its store time, whatever its hosts. */
const HEAD_BYTES = MIN_RECORD_SIZE

/** A follower of the log that keeps its own position on the disk. */
export interface RecoverableFollower extends CommitLogDispatcher {
  /**
   * Repairs what is on the disk and returns the log offset from which on the follower needs the messages again; undefined when
   * it needs none but those from `fromOffset` on, which it gets in any case. After a crash it forgets what it knows of these:
   * what was flushed at the checkpoint is whole for messages below only.
   */
  recover(
    lastExitOk: boolean,
    checkpoint: StoreCheckpoint,
    minOffset: number,
    fromOffset: number,
  ): Promise<number | undefined>
  /** Forgets messages at `maxOffset` of the log and beyond, as it ends there, and brings what was repaired to the disk. */
  truncate(maxOffset: number): Promise<void>
}

export interface RecoveryDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly files: LogFileQueue
  /** Get each message in this order; the queues and the followers are among them. */
  readonly dispatchers: readonly CommitLogDispatcher[]
  readonly queues: ConsumeQueueStore
  readonly checkpoint: StoreCheckpoint
  readonly delayLevels: DelayLevels
  readonly followers: readonly RecoverableFollower[]
}

/** Where the log ends, and the store time and place of its last message. */
export interface RecoveredLog {
  readonly endOffset: number
  readonly storeTimestamp: number
  /** undefined when no message was seen. */
  readonly lastRecordOffset: number | undefined
}

/**
 * Brings a store into a state in which it can go on: finds the end of the log, cuts off what is behind it, and brings all that
 * is derived from the log up to that end and not beyond.
 *
 * After a clean stop, consume queues are complete: the log is checked from the end of the last message they know.
 * After a crash, what was flushed when the checkpoint was written is complete: the log is checked from the last
 * file that begins before it, and all that points behind this start is made again.
 *
 * Source: store.CommitLog#recoverNormally, #recoverAbnormally
 */
export class Recovery {
  readonly #deps: RecoveryDeps

  constructor(deps: RecoveryDeps) {
    this.#deps = deps
  }

  /** @throws StoreError when going on would lose data */
  async run(lastExitOk: boolean): Promise<RecoveredLog> {
    const { files, queues, logger } = this.#deps
    if (files.last === undefined) {
      queues.destroy()
      await this.#startOfFollowers(0, lastExitOk)
      for (const follower of this.#deps.followers) await follower.truncate(0)
      return { endOffset: 0, storeTimestamp: 0, lastRecordOffset: undefined }
    }
    const start = lastExitOk ? this.#startAfterStop() : this.#startAfterCrash()
    const fromOffset = await this.#startOfFollowers(start.offset, lastExitOk)
    logger.info({ lastExitOk, fromOffset, fileEnd: files.last.endOffset }, 'recovery begins')
    const recovered = await this.#scan(fromOffset, start, lastExitOk)
    files.truncate(recovered.endOffset)
    for (const queue of queues.queues()) queue.truncateDirty(recovered.endOffset)
    for (const follower of this.#deps.followers) await follower.truncate(recovered.endOffset)
    await this.#flushLog(fromOffset)
    queues.correctMinOffset(files.first?.startOffset ?? 0)
    return recovered
  }

  /** Where the last message ends that the consume queues know, if it is there; otherwise the start of its file. */
  #startAfterStop(): LogStart {
    const { queues, files } = this.#deps
    for (const queue of queues.queues()) queue.recover(Number.MAX_SAFE_INTEGER, false)
    const last = queues.lastMessage
    const storeTimestamp = last === undefined ? undefined : this.#storeTimestampAt(last)
    if (last !== undefined && storeTimestamp !== undefined) {
      return { offset: last.offset + last.size, storeTimestamp, lastRecordOffset: last.offset }
    }
    const maxOffset = Math.max(queues.maxPhysicOffset, 0)
    const file = files.files.findLast((candidate) => candidate.startOffset <= maxOffset)
    return { offset: (file ?? files.first)?.startOffset ?? 0, storeTimestamp: 0 }
  }

  #startAfterCrash(): LogStart {
    const { queues, files, checkpoint } = this.#deps
    const file =
      files.files.findLast((candidate) => {
        const storeTimestamp = this.#firstStoreTimestamp(candidate)
        return storeTimestamp > 0 && storeTimestamp <= checkpoint.minTimestamp
      }) ?? files.first
    const offset = file?.startOffset ?? 0
    for (const queue of queues.queues()) queue.recover(offset, true)
    return { offset, storeTimestamp: 0 }
  }

  /** 0 when the file does not begin with a message. Source: store.CommitLog#isMappedFileMatchedRecover */
  #firstStoreTimestamp(file: LogFile): number {
    const head = Buffer.alloc(HEAD_BYTES)
    file.readSync(head, file.startOffset)
    return isMessageMagic(recordMagic(head, 0)) ? recordStoreTimestamp(head, 0) : 0
  }

  /** undefined when there is no whole record of this place and size. */
  #storeTimestampAt({ offset, size }: Range): number | undefined {
    if (size < MIN_RECORD_SIZE || size > this.#deps.files.fileSize) return undefined
    const record = Buffer.alloc(size)
    this.#deps.files.find(offset)?.readSync(record, offset)
    const isHere =
      isMessageMagic(recordMagic(record, 0)) &&
      recordTotalSize(record, 0) === size &&
      recordCommitLogOffset(record, 0) === offset
    const parts = isHere ? locateParts(record, 0, size) : undefined
    if (parts === undefined || !isBodyIntact(record, 0, parts)) return undefined
    return recordStoreTimestamp(record, 0)
  }

  /** The lowest offset that any follower needs, moved down to the start of its file: a known border between records. */
  async #startOfFollowers(offset: number, lastExitOk: boolean): Promise<number> {
    const { files, followers, logger, checkpoint } = this.#deps
    const minOffset = files.first?.startOffset ?? 0
    let start = offset
    for (const follower of followers) {
      const needed = await follower.recover(lastExitOk, checkpoint, minOffset, offset)
      if (needed === undefined || needed >= start) continue
      logger.info({ follower: follower.name, from: needed }, 'follower is behind')
      start = Math.max(files.fileStart(needed), minOffset)
    }
    return start
  }

  async #scan(fromOffset: number, known: LogStart, lastExitOk: boolean): Promise<RecoveredLog> {
    const { config, files, dispatchers, delayLevels, logger } = this.#deps
    let { storeTimestamp, lastRecordOffset } = known
    const scanner = new LogScanner({
      config,
      files,
      delayLevels,
      onMessage: (request) => {
        storeTimestamp = Math.max(storeTimestamp, request.storeTimestamp)
        lastRecordOffset = request.commitLogOffset
        for (const dispatcher of dispatchers) dispatcher.dispatch(request)
      },
      onProgress: this.#progress(fromOffset),
    })
    const { endOffset, reason } = await scanner.scan(fromOffset)
    logger.info({ fromOffset, endOffset, reason }, 'commit log recovered')
    this.#checkBehind(endOffset, reason, lastExitOk)
    return { endOffset, storeTimestamp, lastRecordOffset }
  }

  /** Files with messages behind the end would be removed: after a clean stop that can only be damage. */
  #checkBehind(endOffset: number, reason: string, lastExitOk: boolean): void {
    const { files, logger } = this.#deps
    const behind = files.files.find((file) => {
      return file.startOffset > endOffset && this.#firstStoreTimestamp(file) > 0
    })
    if (behind === undefined) return
    if (lastExitOk) {
      throw new StoreError(
        `the commit log is damaged at offset ${endOffset} (${reason}) while ${behind.path} holds messages behind it: ` +
          `restore the damaged file, or move ${behind.path} and all later files away`,
      )
    }
    logger.error({ endOffset, reason, file: behind.path }, 'messages behind the damage are removed')
  }

  #progress(fromOffset: number): (offset: number) => void {
    const { clock, logger, files } = this.#deps
    const startMs = clock.monotonic()
    let nextMs = startMs + PROGRESS_INTERVAL_MS
    return (offset) => {
      const nowMs = clock.monotonic()
      if (nowMs < nextMs) return
      nextMs = nowMs + PROGRESS_INTERVAL_MS
      const doneBytes = offset - fromOffset
      const leftBytes = (files.last?.endOffset ?? offset) - offset
      const secondsLeft = Math.ceil(((nowMs - startMs) * leftBytes) / doneBytes / 1_000)
      logger.info({ doneBytes, leftBytes, secondsLeft }, 'recovery goes on')
    }
  }

  /** What the crashed process had written but not flushed counts from now on as flushed. */
  async #flushLog(fromOffset: number): Promise<void> {
    for (const file of this.#deps.files.files) {
      if (file.endOffset > fromOffset) await file.datasync()
    }
  }
}

interface LogStart {
  readonly offset: number
  /** Of the last message before `offset`; 0 when not known. */
  readonly storeTimestamp: number
  readonly lastRecordOffset?: number | undefined
}
