import { join } from 'node:path'
import { diskUsedRatio } from '../../common/disk-usage.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { commitLogDirectories, type MessageStoreConfig } from '../config.ts'

/**
 * What the disk asks for: nothing; to remove files that have expired, whatever the hour; to remove files that have not
 * expired; that, and to write nothing more.
 */
export type DiskLevel = 'ok' | 'reclaim' | 'clean forcibly' | 'full'

export interface DiskSpaceDeps {
  readonly config: MessageStoreConfig
  readonly fileSystem: Pick<FileSystem, 'exists' | 'diskUsage'>
  readonly logger: Logger
}

/**
 * How full the disks of the store are. Of several commit log directories the emptiest counts.
 *
 * Apache: store.DefaultMessageStore.CleanCommitLogService#isSpaceToDelete
 */
export class DiskSpace {
  readonly #deps: DiskSpaceDeps
  #isFull = false
  #fullPaths: ReadonlySet<string> = new Set()

  constructor(deps: DiskSpaceDeps) {
    this.#deps = deps
  }

  /** Nothing may be written, as the last check found. Source: store.RunningFlags#isDiskFull */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Commit log directories in which no file should be made. */
  get fullPaths(): ReadonlySet<string> {
    return this.#fullPaths
  }

  /** Looks at the disks. @throws what the file system says */
  check(): DiskLevel {
    const { config, fileSystem } = this.#deps
    const forcibly = clamp(config.diskSpaceCleanForciblyRatio / 100, 0.3, 0.85)
    const warning = clamp(config.diskSpaceWarningLevelRatio / 100, 0.35, 0.9)
    const reclaim = config.diskMaxUsedSpaceRatio / 100
    const used = commitLogDirectories(config).map((path) => ({
      path,
      ratio: diskUsedRatio(fileSystem, path),
    }))
    this.#fullPaths = new Set(used.filter(({ ratio }) => ratio > forcibly).map(({ path }) => path))
    const log = Math.min(...used.map(({ ratio }) => ratio))
    const queues = diskUsedRatio(fileSystem, join(config.storePathRootDir, 'consumequeue'))
    const worst = Math.max(log, queues)
    this.#mark(worst > warning, { log, queues })
    if (worst > warning) return 'full'
    if (worst > forcibly) return 'clean forcibly'
    return worst > reclaim || Math.min(log, queues) < 0 ? 'reclaim' : 'ok'
  }

  #mark(isFull: boolean, used: { readonly log: number; readonly queues: number }): void {
    if (isFull === this.#isFull) return
    this.#isFull = isFull
    const { logger } = this.#deps
    if (isFull) logger.error(used, 'the disk is nearly full, messages are refused')
    else logger.info(used, 'the disk has space again, messages are taken')
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
