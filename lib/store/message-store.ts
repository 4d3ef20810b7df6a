import { totalmem } from 'node:os'
import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import type { Clock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import { AbortFile } from './abort-file.ts'
import { illegal } from './commitlog/append-check.ts'
import { DiskSpace } from './clean/disk-space.ts'
import { StoreCleaner } from './clean/store-cleaner.ts'
import { CommitLog } from './commitlog/commit-log.ts'
import { splitBatch } from './commitlog/split-batch.ts'
import {
  commitLogDirectories,
  readOnlyCommitLogDirectories,
  DEFAULT_STORE_LIMITS,
  type MessageStoreConfig,
  type StoreLimits,
} from './config.ts'
import { ConsumeQueueStore } from './consumequeue/consume-queue-store.ts'
import { FlushConsumeQueueService } from './consumequeue/flush-consume-queue-service.ts'
import { DelayLevels } from '../common/delay-levels.ts'
import { IndexService } from './index/index-service.ts'
import { LogFileQueue } from './logfile/log-file-queue.ts'
import { OpenFiles } from './logfile/open-files.ts'
import { ColdReader } from './read/cold-reader.ts'
import { iterateUnits } from './read/cq-units.ts'
import { MessageLookup } from './read/message-lookup.ts'
import { MessageReader } from './read/message-reader.ts'
import { StoreTimes } from './read/store-times.ts'
import { Recovery } from './recovery/recovery.ts'
import type { DispatchRequest } from './reput/dispatch-request.ts'
import { ReputService } from './reput/reput-service.ts'
import { StoreCheckpoint } from './store-checkpoint.ts'
import { StoreFlusher } from './store-flusher.ts'
import {
  PutMessageStatus,
  type BoundaryType,
  type CqUnit,
  type GetMessageRequest,
  type GetMessageResult,
  type MessageArrivingListener,
  type MessageStore,
  type PutMessageCallback,
  type PutMessageResult,
  type QueryMessageResult,
} from './types.ts'

export { StoreError } from './errors.ts'
export {
  DEFAULT_MESSAGE_STORE_CONFIG,
  DEFAULT_STORE_LIMITS,
  type FlushDiskType,
  type MessageStoreConfig,
  type StoreLimits,
} from './config.ts'

const DISK_FULL: PutMessageResult = {
  status: PutMessageStatus.SERVICE_NOT_AVAILABLE,
  reason: 'the disk is too full',
}

export interface MessageStoreDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly processId: number
  readonly limits?: StoreLimits
}

/**
 * The store of one broker, in one directory. `start` opens and recovers it, `stop` leaves it complete on the disk.
 *
 * Apache: store.DefaultMessageStore
 */
export class DefaultMessageStore implements MessageStore {
  readonly #deps: MessageStoreDeps
  readonly #log: CommitLog
  readonly #queues: ConsumeQueueStore
  readonly #index: IndexService
  readonly #coldReader: ColdReader
  readonly #reader: MessageReader
  readonly #lookup: MessageLookup
  readonly #storeTimes: StoreTimes
  readonly #reput: ReputService
  readonly #flusher: StoreFlusher
  readonly #flushQueues: FlushConsumeQueueService
  readonly #diskSpace: DiskSpace
  readonly #cleaner: StoreCleaner
  readonly #delayLevels: DelayLevels
  readonly #abortFile: AbortFile
  readonly #listeners: MessageArrivingListener[] = []
  #checkpoint: StoreCheckpoint | undefined

  constructor(deps: MessageStoreDeps) {
    this.#deps = deps
    const { config, clock, fileSystem, logger, limits = DEFAULT_STORE_LIMITS } = deps
    const openFiles = new OpenFiles(limits.openFiles)
    this.#diskSpace = new DiskSpace({ config, fileSystem, logger })
    const files = this.#commitLogFiles(openFiles)
    this.#delayLevels = new DelayLevels(config.messageDelayLevel)
    this.#abortFile = new AbortFile(fileSystem, config.storePathRootDir)
    this.#queues = new ConsumeQueueStore({ config, limits, fileSystem, openFiles, logger })
    const onConfirmed = () => this.#reput.notify()
    this.#log = new CommitLog({ config, limits, clock, logger, files, onConfirmed })
    this.#index = new IndexService({ config, clock, fileSystem, logger })
    this.#coldReader = new ColdReader({
      files,
      concurrency: limits.coldReads,
      waitingMax: limits.coldReadsWaiting,
      cacheBytes: limits.coldCacheBytes,
      writtenOffset: () => this.#log.writtenOffset,
    })
    this.#storeTimes = new StoreTimes(this.#log, this.#coldReader)
    this.#reader = new MessageReader({
      config,
      logger,
      log: this.#log,
      queues: this.#queues,
      coldReader: this.#coldReader,
      totalMemoryBytes: totalmem(),
    })
    this.#lookup = new MessageLookup({
      config,
      log: this.#log,
      index: this.#index,
      coldReader: this.#coldReader,
    })
    this.#reput = new ReputService({
      clock,
      logger,
      log: this.#log,
      coldReader: this.#coldReader,
      delayLevels: this.#delayLevels,
      dispatchers: [this.#queues, this.#index],
      onDispatched: (request) => this.#onDispatched(request),
    })
    this.#flusher = new StoreFlusher({
      log: this.#log,
      queues: this.#queues,
      index: this.#index,
      reput: this.#reput,
    })
    this.#flushQueues = new FlushConsumeQueueService({
      clock,
      config,
      logger,
      queues: this.#queues,
      flushAll: () => this.#flushAll(),
    })
    this.#cleaner = this.#makeCleaner(files)
  }

  #commitLogFiles(openFiles: OpenFiles): LogFileQueue {
    const { config, fileSystem } = this.#deps
    return new LogFileQueue({
      directories: commitLogDirectories(config),
      readOnlyDirectories: readOnlyCommitLogDirectories(config),
      fullDirectories: () => this.#diskSpace.fullPaths,
      fileSize: config.mappedFileSizeCommitLog,
      fileSystem,
      openFiles,
      syncDirectories: true,
    })
  }

  #makeCleaner(files: LogFileQueue): StoreCleaner {
    const { config, clock, logger } = this.#deps
    return new StoreCleaner({
      config,
      clock,
      logger,
      files,
      diskSpace: this.#diskSpace,
      queues: this.#queues,
      index: this.#index,
      durableOffset: () => this.#flusher.durableOffset,
    })
  }

  // ---- life ----

  /** @throws StoreError when the store cannot be opened without losing data, and what the file system says */
  async start(): Promise<void> {
    const { config, fileSystem, processId } = this.#deps
    fileSystem.makeDirectory(config.storePathRootDir)
    const lastExitOk = !this.#abortFile.exists
    this.#checkpoint = new StoreCheckpoint(fileSystem, config.storePathRootDir)
    this.#log.files.load(lastExitOk)
    this.#queues.load(lastExitOk)
    await this.#recover(this.#checkpoint, lastExitOk)
    this.#abortFile.create(processId)
    this.#log.start()
    this.#flushQueues.start()
    this.#cleaner.start()
  }

  async #recover(checkpoint: StoreCheckpoint, lastExitOk: boolean): Promise<void> {
    const { config, clock, logger } = this.#deps
    const recovery = new Recovery({
      config,
      clock,
      logger,
      files: this.#log.files,
      queues: this.#queues,
      checkpoint,
      delayLevels: this.#delayLevels,
      followers: [this.#index],
    })
    const { endOffset, storeTimestamp } = await recovery.run(lastExitOk)
    this.#log.begin(endOffset, storeTimestamp)
    for (const { topic, queueId, maxOffset } of this.#queues.queues()) {
      this.#log.queueOffsets.set(topic, queueId, maxOffset)
    }
    this.#flusher.dispatched(storeTimestamp)
    this.#reput.start(endOffset)
  }

  async stop(): Promise<void> {
    const checkpoint = this.#checkpoint
    if (checkpoint === undefined) return
    this.#checkpoint = undefined
    this.#log.fail('the store is shut down')
    try {
      await this.#cleaner.stop()
      await this.#log.stop()
      this.#reput.notify()
      await this.#reput.stop()
      await this.#flushQueues.stop()
      await this.#flusher.flush(checkpoint)
      if (this.#reput.behindBytes === 0) this.#abortFile.remove()
    } catch (error) {
      this.#deps.logger.error({ err: toError(error) }, 'the store could not be stopped cleanly')
    } finally {
      this.#log.files.close()
      this.#queues.close()
      this.#index.close()
    }
  }

  async #flushAll(): Promise<void> {
    if (this.#checkpoint !== undefined) await this.#flusher.flush(this.#checkpoint)
  }

  #onDispatched(request: DispatchRequest): void {
    this.#flusher.dispatched(request.storeTimestamp)
    const { topic, queueId, queueOffset, tagsCode, storeTimestamp } = request
    const logicOffset = queueOffset + 1
    for (const listener of this.#listeners) {
      listener({ topic, queueId, logicOffset, tagsCode, storeTimestamp })
    }
  }

  // ---- puts ----

  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    if (this.isDiskFull) done(DISK_FULL)
    else this.#log.append(message, done)
  }

  putMessages(batch: MessageExtBrokerInner, done: PutMessageCallback): void {
    if (this.isDiskFull) {
      done(DISK_FULL)
      return
    }
    if (batch.body.length > this.#deps.config.maxMessageSize) {
      done(illegal(`the batch has ${batch.body.length} bytes`))
      return
    }
    try {
      this.#log.appendBatch(splitBatch(batch), done)
    } catch (error) {
      done(illegal(toError(error).message))
    }
  }

  // ---- gets ----

  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    return this.#reader.getMessage(request)
  }

  iterateFrom(
    topic: string,
    queueId: number,
    offset: number,
    maxUnits: number,
  ): readonly CqUnit[] | Promise<readonly CqUnit[]> {
    const queue = this.#queues.find(topic, queueId)
    return queue === undefined ? [] : iterateUnits(queue, offset, maxUnits)
  }

  getMaxOffsetInQueue(topic: string, queueId: number): number {
    return this.#queues.find(topic, queueId)?.maxOffset ?? 0
  }

  getMinOffsetInQueue(topic: string, queueId: number): number {
    return this.#queues.find(topic, queueId)?.minOffset ?? -1
  }

  async getOffsetInQueueByTime(
    topic: string,
    queueId: number,
    timestampMs: number,
    boundary: BoundaryType,
  ): Promise<number> {
    const queue = this.#queues.find(topic, queueId)
    return queue === undefined ? 0 : this.#storeTimes.search(queue, timestampMs, boundary)
  }

  async getMessageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    const queue = this.#queues.find(topic, queueId)
    return queue === undefined ? -1 : this.#storeTimes.at(queue, offset)
  }

  async getEarliestMessageTime(topic: string, queueId: number): Promise<number> {
    const queue = this.#queues.find(topic, queueId)
    return queue === undefined ? -1 : this.#storeTimes.at(queue, queue.minOffset)
  }

  async lookMessageByOffset(commitLogOffset: number): Promise<MessageExt | undefined> {
    const record = await this.selectOneMessageByOffset(commitLogOffset)
    return record === undefined ? undefined : decodeRecord(record)
  }

  selectOneMessageByOffset(commitLogOffset: number): Promise<Buffer | undefined> {
    return this.#lookup.recordAt(commitLogOffset)
  }

  queryMessage(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<QueryMessageResult> {
    return this.#lookup.query(topic, key, maxNum, beginMs, endMs)
  }

  checkInMemByConsumeOffset(topic: string, queueId: number, offset: number): boolean {
    const queue = this.#queues.find(topic, queueId)
    return queue !== undefined && this.#reader.isInMemory(queue, offset)
  }

  // ---- the rest ----

  get topics(): readonly string[] {
    return this.#queues.topics()
  }

  deleteTopics(topics: ReadonlySet<string>): void {
    for (const topic of topics) {
      this.#queues.deleteTopic(topic)
      this.#log.queueOffsets.removeTopic(topic)
    }
  }

  executeDeleteFilesManually(): void {
    this.#cleaner.executeDeleteFilesManually()
  }

  cleanExpiredConsumerQueue(isKept: (topic: string) => boolean): void {
    const { queueOffsets, minOffset } = this.#log
    const removed = this.#queues.cleanExpired(minOffset, ({ topic, queueId, maxOffset }) => {
      return !isKept(topic) && queueOffsets.get(topic, queueId) === maxOffset
    })
    for (const { topic, queueId, maxOffset } of removed) {
      queueOffsets.remove(topic, queueId)
      this.#deps.logger.info({ topic, queueId, maxOffset }, 'expired consume queue removed')
    }
  }

  get isDiskFull(): boolean {
    return this.#diskSpace.isFull
  }

  addMessageArrivingListener(listener: MessageArrivingListener): void {
    this.#listeners.push(listener)
  }

  get maxPhysicalOffset(): number {
    return this.#log.maxOffset
  }

  get minPhysicalOffset(): number {
    return this.#log.minOffset
  }

  isOsPageCacheBusy(): boolean {
    return this.#log.isBusy
  }
}
