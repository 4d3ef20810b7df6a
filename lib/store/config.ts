import { join } from 'node:path'
import { MESSAGE_STORE_OPTIONS, type MessageStoreConfig } from '../config/message-store-config.ts'

/**
 * The settings of the store. The object is read at each use, so that a change at run time takes effect, but for the paths and
 * the file sizes.
 */
export type { MessageStoreConfig } from '../config/message-store-config.ts'

/** Source: store.config.FlushDiskType */
export type FlushDiskType = MessageStoreConfig['flushDiskType']

/** Where the files of the log are. */
export function commitLogDirectories(config: MessageStoreConfig): string[] {
  const directories = splitPaths(config.storePathCommitLog)
  return directories.length === 0 ? [join(config.storePathRootDir, 'commitlog')] : directories
}

/** Directories with commit log files to which none are added. */
export function readOnlyCommitLogDirectories(config: MessageStoreConfig): string[] {
  return splitPaths(config.readOnlyCommitLogStorePaths)
}

function splitPaths(paths: string | undefined): string[] {
  const directories = (paths ?? '').split(',').map((directory) => directory.trim())
  return directories.filter((directory) => directory !== '')
}

/** Apache 5.3.3's defaults but for the store's directory, the only one that depends on the machine. */
export const DEFAULT_MESSAGE_STORE_CONFIG = Object.fromEntries(
  Object.entries(MESSAGE_STORE_OPTIONS)
    .filter(([key]) => key !== 'storePathRootDir')
    .map(([key, option]) => [key, option.default]),
) as Omit<MessageStoreConfig, 'storePathRootDir'>

/** Bounds that have no name in Apache. */
export interface StoreLimits {
  /** The end of the log that stays in memory. */
  readonly tailBytes: number
  /** Appended but not yet written; beyond it puts are refused with OS_PAGE_CACHE_BUSY. */
  readonly appendBufferBytes: number
  /** All consume queues' units in memory, together. */
  readonly consumeQueueTailBytes: number
  /** Reads from the disk that run at the same time; the thread pool has to serve flushes as well. */
  readonly coldReads: number
  /** Reads that may wait for their turn; beyond it reads are refused with a BusyError. */
  readonly coldReadsWaiting: number
  /** Of the log as it was read from the disk, kept for the next reader, in bytes. */
  readonly coldCacheBytes: number
  /** Files held open. */
  readonly openFiles: number
}

export const DEFAULT_STORE_LIMITS: StoreLimits = {
  tailBytes: 64 * 1024 * 1024,
  appendBufferBytes: 64 * 1024 * 1024,
  consumeQueueTailBytes: 64 * 1024 * 1024,
  coldReads: 3,
  coldReadsWaiting: 10_000,
  coldCacheBytes: 32 * 1024 * 1024,
  openFiles: 1_000,
}
