import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { ConsumeQueueStore } from '../consumequeue/consume-queue-store.ts'
import type { IndexService } from '../index/index-service.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import { CleanCommitLogService } from './clean-commit-log-service.ts'
import { CleanConsumeQueueService } from './clean-consume-queue-service.ts'
import type { Retention } from '../types.ts'
import type { DiskSpace } from './disk-space.ts'

/** Source: store.DefaultMessageStore#addScheduleTask */
const FIRST_ROUND_MS = 60_000

export interface StoreCleanerDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly files: LogFileQueue
  readonly diskSpace: DiskSpace
  readonly queues: ConsumeQueueStore
  readonly index: IndexService
  /** What lies below this offset of the log is on the disk, and so is all that is derived from it. */
  readonly durableOffset: () => number
  /** Who still needs messages of files that have expired. */
  readonly retentions: readonly Retention[]
}

/**
 * Looks every `cleanResourceInterval` for what may be removed: first commit log files, then what pointed to them.
 *
 * Apache: store.DefaultMessageStore#cleanFilesPeriodically, #cleanQueueFilesPeriodically
 */
export class StoreCleaner {
  readonly #deps: StoreCleanerDeps
  readonly #commitLog: CleanCommitLogService
  readonly #consumeQueues: CleanConsumeQueueService
  readonly #logFailures: FailureLog
  readonly #queueFailures: FailureLog
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(deps: StoreCleanerDeps) {
    this.#deps = deps
    const { clock, logger, files, queues, index } = deps
    this.#logFailures = new FailureLog(logger, 'commit log files cannot be removed')
    this.#queueFailures = new FailureLog(logger, 'consume queue files cannot be removed')
    this.#commitLog = new CleanCommitLogService(deps)
    const minOffset = () => files.first?.startOffset ?? 0
    this.#consumeQueues = new CleanConsumeQueueService({ clock, queues, index, minOffset })
  }

  /** Expired files are removed in the next rounds, whatever the hour. */
  executeDeleteFilesManually(): void {
    this.#commitLog.executeDeleteFilesManually()
  }

  start(): void {
    this.#schedule(FIRST_ROUND_MS)
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#deps.clock.setTimeout(() => void this.#round(), delayMs)
  }

  async #round(): Promise<void> {
    this.#running = this.#clean()
    await this.#running
    this.#running = undefined
    if (!this.#stopped) this.#schedule(this.#deps.config.cleanResourceInterval)
  }

  async #clean(): Promise<void> {
    try {
      await this.#commitLog.run()
      this.#logFailures.worked()
    } catch (error) {
      this.#logFailures.failed(error)
    }
    try {
      await this.#consumeQueues.run()
      this.#queueFailures.worked()
    } catch (error) {
      this.#queueFailures.failed(error)
    }
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#commitLog.stop()
    await this.#running
  }
}
