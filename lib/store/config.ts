import { join } from 'node:path'

/** Source: store.config.FlushDiskType */
export type FlushDiskType = 'ASYNC_FLUSH' | 'SYNC_FLUSH'

/**
 * The settings that the store reads, under Apache's names and with Apache's defaults. Sizes are bytes, intervals
 * milliseconds, `fileReservedTime` hours. The object is read at each use, so that a change at run time takes effect,
 * but for the paths and the file sizes.
 *
 * Apache: store.config.MessageStoreConfig
 */
export interface MessageStoreConfig {
  readonly storePathRootDir: string
  /** `storePathRootDir/commitlog` when not set; several directories separated by commas share the files. */
  readonly storePathCommitLog?: string | undefined
  /** Further directories with commit log files, separated by commas, in which no new ones are made. */
  readonly readOnlyCommitLogStorePaths?: string | undefined
  readonly mappedFileSizeCommitLog: number
  /** Rounded up to a whole number of units. */
  readonly mappedFileSizeConsumeQueue: number
  readonly flushDiskType: FlushDiskType
  readonly flushIntervalCommitLog: number
  readonly flushCommitLogLeastPages: number
  readonly flushCommitLogThoroughInterval: number
  readonly flushIntervalConsumeQueue: number
  readonly flushConsumeQueueLeastPages: number
  readonly flushConsumeQueueThoroughInterval: number
  readonly syncFlushTimeout: number
  readonly osPageCacheBusyTimeOutMills: number
  readonly maxMessageSize: number
  readonly enabledAppendPropCRC: boolean
  readonly checkCRCOnRecover: boolean
  readonly forceVerifyPropCRC: boolean
  readonly messageDelayLevel: string
  readonly messageIndexEnable: boolean
  readonly maxHashSlotNum: number
  readonly maxIndexNum: number
  readonly maxMsgsNumBatch: number
  readonly maxTransferBytesOnMessageInMemory: number
  readonly maxTransferCountOnMessageInMemory: number
  readonly maxTransferBytesOnMessageInDisk: number
  readonly maxTransferCountOnMessageInDisk: number
  readonly accessMessageInMemoryMaxRatio: number
  readonly maxFilterMessageSize: number
  readonly travelCqFileNumWhenGetMessage: number
  readonly fileReservedTime: number
  /** Hours of the day, `04` or `04;16`. */
  readonly deleteWhen: string
  readonly diskMaxUsedSpaceRatio: number
  readonly diskSpaceWarningLevelRatio: number
  readonly diskSpaceCleanForciblyRatio: number
  readonly cleanFileForciblyEnable: boolean
  readonly cleanResourceInterval: number
  readonly deleteCommitLogFilesInterval: number
  readonly deleteFileBatchMax: number
}

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

/** Apache 5.3.3's defaults; `storePathRootDir` has none here. */
export const DEFAULT_MESSAGE_STORE_CONFIG: Omit<MessageStoreConfig, 'storePathRootDir'> = {
  mappedFileSizeCommitLog: 1_073_741_824,
  mappedFileSizeConsumeQueue: 6_000_000,
  flushDiskType: 'ASYNC_FLUSH',
  flushIntervalCommitLog: 500,
  flushCommitLogLeastPages: 4,
  flushCommitLogThoroughInterval: 10_000,
  flushIntervalConsumeQueue: 1_000,
  flushConsumeQueueLeastPages: 2,
  flushConsumeQueueThoroughInterval: 60_000,
  syncFlushTimeout: 5_000,
  osPageCacheBusyTimeOutMills: 1_000,
  maxMessageSize: 4_194_304,
  enabledAppendPropCRC: false,
  checkCRCOnRecover: true,
  forceVerifyPropCRC: false,
  messageDelayLevel: '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h',
  messageIndexEnable: true,
  maxHashSlotNum: 5_000_000,
  maxIndexNum: 20_000_000,
  maxMsgsNumBatch: 64,
  maxTransferBytesOnMessageInMemory: 262_144,
  maxTransferCountOnMessageInMemory: 32,
  maxTransferBytesOnMessageInDisk: 65_536,
  maxTransferCountOnMessageInDisk: 8,
  accessMessageInMemoryMaxRatio: 40,
  maxFilterMessageSize: 16_000,
  travelCqFileNumWhenGetMessage: 1,
  fileReservedTime: 72,
  deleteWhen: '04',
  diskMaxUsedSpaceRatio: 75,
  diskSpaceWarningLevelRatio: 90,
  diskSpaceCleanForciblyRatio: 85,
  cleanFileForciblyEnable: true,
  cleanResourceInterval: 10_000,
  deleteCommitLogFilesInterval: 100,
  deleteFileBatchMax: 10,
}

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
