import { totalmem } from 'node:os'
import type { Clock } from '../common/clock.ts'
import { DelayLevels } from '../common/delay-levels.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import { DiskSpace } from './clean/disk-space.ts'
import { StoreCleaner } from './clean/store-cleaner.ts'
import { CommitLog } from './commitlog/commit-log.ts'
import { ReplicatedCommitLog } from './commitlog/replicated-commit-log.ts'
import {
  commitLogDirectories,
  DEFAULT_STORE_LIMITS,
  readOnlyCommitLogDirectories,
  type MessageStoreConfig,
  type StoreLimits,
} from './config.ts'
import { ConsumeQueueStore } from './consumequeue/consume-queue-store.ts'
import { IndexService } from './index/index-service.ts'
import { LogFileQueue } from './logfile/log-file-queue.ts'
import { OpenFiles } from './logfile/open-files.ts'
import { ColdReader } from './read/cold-reader.ts'
import { DiskReads } from './read/disk-reads.ts'
import { MessageLookup } from './read/message-lookup.ts'
import { MessageReader } from './read/message-reader.ts'
import { RecordReader } from './read/record-reader.ts'
import { StoreTimes } from './read/store-times.ts'
import type { CreateHAService, HAService } from './replication.ts'
import type { CommitLogDispatcher } from './reput/commit-log-dispatcher.ts'
import type { DispatchRequest } from './reput/dispatch-request.ts'
import { ReputService } from './reput/reput-service.ts'
import { StoreStatsService } from './stats/store-stats-service.ts'
import type { Retention } from './types.ts'
import { StoreFlusher } from './store-flusher.ts'
import type { CQType } from './types.ts'

export interface MessageStoreDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly processId: number
  readonly limits?: StoreLimits
  /** Without it the store is not replicated. */
  readonly createHAService?: CreateHAService
  /** The type that the queues of a topic have; SimpleCQ for all when not given. */
  readonly cqType?: (topic: string) => CQType
}

/** What a store is made of. */
export interface StoreParts {
  readonly delayLevels: DelayLevels
  readonly diskSpace: DiskSpace
  readonly log: CommitLog
  readonly haService: HAService | undefined
  /** Followers of the log, in the order in which they get messages. */
  readonly dispatchers: CommitLogDispatcher[]
  readonly queues: ConsumeQueueStore
  readonly index: IndexService
  readonly reput: ReputService
  readonly reader: MessageReader
  readonly lookup: MessageLookup
  readonly records: RecordReader
  readonly storeTimes: StoreTimes
  readonly flusher: StoreFlusher
  readonly cleaner: StoreCleaner
  /** Asked by the cleaner. */
  readonly retentions: Retention[]
  readonly stats: StoreStatsService
}

/** Puts a store together, without touching the disk. `onDispatched` gets each message after all followers of the log. */
export function makeStoreParts(
  deps: MessageStoreDeps,
  onDispatched: (request: DispatchRequest) => void,
): StoreParts {
  const { config, clock, fileSystem, logger, limits = DEFAULT_STORE_LIMITS } = deps
  const openFiles = new OpenFiles(limits.openFiles)
  const delayLevels = new DelayLevels(config.messageDelayLevel)
  const diskSpace = new DiskSpace({ config, fileSystem, logger })
  const files = commitLogFiles(deps, openFiles, diskSpace)
  const log: CommitLog = new CommitLog({
    config,
    limits,
    clock,
    logger,
    files,
    onConfirmed: () => reput.notify(),
    haService: () => haService,
  })
  const reads = new DiskReads({
    logger,
    concurrency: limits.coldReads,
    waitingMax: limits.coldReadsWaiting,
  })
  const coldReader = new ColdReader({
    config,
    files,
    reads,
    cacheBytes: limits.coldCacheBytes,
    writtenOffset: () => log.writtenOffset,
  })
  const haService: HAService | undefined = deps.createHAService?.(
    new ReplicatedCommitLog(log, coldReader),
  )
  const { cqType = () => 'SimpleCQ' as const } = deps
  const queues = new ConsumeQueueStore({
    config,
    limits,
    fileSystem,
    openFiles,
    reads,
    logger,
    cqType,
  })
  const index = new IndexService({ config, clock, fileSystem, reads, logger })
  const dispatchers: CommitLogDispatcher[] = [queues, index]
  const reput = new ReputService({
    ...{ clock, logger, log, coldReader, delayLevels, dispatchers, onDispatched },
  })
  const flusher = new StoreFlusher({ log, queues, index, reput })
  const durableOffset = () => flusher.durableOffset
  const retentions: Retention[] = []
  const totalMemoryBytes = totalmem()
  return {
    ...{ delayLevels, diskSpace, log, haService, dispatchers, queues, index, reput, flusher },
    reader: new MessageReader({ config, logger, log, queues, coldReader, totalMemoryBytes }),
    lookup: new MessageLookup({ config, log, index, coldReader }),
    records: new RecordReader(log, coldReader),
    storeTimes: new StoreTimes(log, coldReader),
    stats: new StoreStatsService(clock),
    cleaner: new StoreCleaner({
      ...{ config, clock, logger, files, diskSpace, queues, index, durableOffset, retentions },
    }),
    retentions,
  }
}

function commitLogFiles(
  { config, fileSystem }: MessageStoreDeps,
  openFiles: OpenFiles,
  diskSpace: DiskSpace,
): LogFileQueue {
  return new LogFileQueue({
    directories: commitLogDirectories(config),
    readOnlyDirectories: readOnlyCommitLogDirectories(config),
    fullDirectories: () => diskSpace.fullPaths,
    fileSize: config.mappedFileSizeCommitLog,
    fileSystem,
    openFiles,
    syncDirectories: true,
  })
}
