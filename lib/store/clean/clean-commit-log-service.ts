import { isHourOf, localHour, type Clock, type Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { LogFile } from '../logfile/log-file.ts'
import type { Retention } from '../types.ts'
import type { DiskSpace } from './disk-space.ts'

/** Rounds in which files are looked for after a request. Source: CleanCommitLogService#MAX_MANUAL_DELETE_FILE_TIMES */
const MANUAL_ROUNDS = 20
const HOUR_MS = 3_600_000

export interface CleanCommitLogDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly files: LogFileQueue
  readonly diskSpace: DiskSpace
  /** What lies below this offset of the log is on the disk, and so is all that is derived from it. */
  readonly durableOffset: () => number
  /** Who still needs messages of files that have expired. */
  readonly retentions: readonly Retention[]
}

/**
 * Removes the oldest commit log files: at the hours of `deleteWhen`, when the disk fills up, or on request, those that
 * were last written `fileReservedTime` ago; when the disk is nearly full, any. Never the last file, nor one that is still
 * needed after a crash. What has expired stays while somebody needs messages of it.
 *
 * Apache: store.DefaultMessageStore.CleanCommitLogService
 */
export class CleanCommitLogService {
  readonly #deps: CleanCommitLogDeps
  #manualRounds = 0
  #stopped = false
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined

  constructor(deps: CleanCommitLogDeps) {
    this.#deps = deps
  }

  executeDeleteFilesManually(): void {
    this.#manualRounds = MANUAL_ROUNDS
    this.#deps.logger.info({ rounds: MANUAL_ROUNDS }, 'expired commit log files are to be removed')
  }

  /** One round. Resolves with the number of files removed. @throws (rejects) what the file system says */
  async run(): Promise<number> {
    const { config, clock, diskSpace, logger } = this.#deps
    const level = diskSpace.check()
    const isTimeUp = isHourOf(config.deleteWhen, localHour(clock.now()))
    const isManual = this.#manualRounds > 0
    if (level === 'ok' && !isTimeUp && !isManual) return 0
    if (isManual) this.#manualRounds--
    const isNearlyFull = level === 'clean forcibly' || level === 'full'
    const atOnce = config.cleanFileForciblyEnable && isNearlyFull
    const count = await this.#deleteFiles(atOnce)
    if (count > 0) logger.info({ count, level, isTimeUp, isManual }, 'commit log files removed')
    else if (isNearlyFull) logger.warn({ level }, 'no commit log file to remove, the disk fills up')
    return count
  }

  async #deleteFiles(atOnce: boolean): Promise<number> {
    const { config, files } = this.#deps
    let count = 0
    while (count < config.deleteFileBatchMax && this.#mayDelete(files.first, atOnce)) {
      if (!atOnce && (await this.#isNeeded(files.first))) break
      if (!(await files.unlinkFirst())) break
      count++
      if (count < config.deleteFileBatchMax) await this.#wait(config.deleteCommitLogFilesInterval)
    }
    return count
  }

  #mayDelete(file: LogFile | undefined, atOnce: boolean): boolean {
    const { config, clock, durableOffset } = this.#deps
    if (this.#stopped || file === undefined || file.endOffset > durableOffset()) return false
    return atOnce || clock.now() >= file.modifiedMs + config.fileReservedTime * HOUR_MS
  }

  async #isNeeded(file: LogFile | undefined): Promise<boolean> {
    if (file === undefined) return false
    for (const isNeeded of this.#deps.retentions) {
      if (await isNeeded(file.startOffset, file.endOffset)) return true
    }
    return false
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#pause = undefined
        resolve()
      }
      this.#pause = { timer: this.#deps.clock.setTimeout(end, ms), end }
    })
  }

  /** A round that runs ends now. */
  stop(): void {
    this.#stopped = true
    this.#pause?.timer.cancel()
    this.#pause?.end()
  }
}
