import { join } from 'node:path'
import { BATCH_CQ_STORE_UNIT_SIZE } from '../../../codec/store/batch-consume-queue-unit.ts'
import { CQ_STORE_UNIT_SIZE } from '../../../codec/store/consume-queue-unit.ts'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { isLmq } from '../../common/light-message-queue.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig, StoreLimits } from '../config.ts'
import { LogFileQueue } from '../logfile/log-file-queue.ts'
import { multiDispatchTargets, topicAllowsLmq } from '../multi-dispatch.ts'
import type { OpenFiles } from '../logfile/open-files.ts'
import type { Range } from '../read/cold-reader.ts'
import type { DiskReads } from '../read/disk-reads.ts'
import type { CommitLogDispatcher } from '../reput/commit-log-dispatcher.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import { ConsumeQueueExt } from './consume-queue-ext.ts'
import { notADirectory, StoreError } from '../errors.ts'
import type { CQType } from '../types.ts'
import { BatchConsumeQueue } from './batch-consume-queue.ts'
import type { ConsumeQueueInterface } from './consume-queue-interface.ts'
import { ConsumeQueue } from './consume-queue.ts'
import { UnitWindows } from './unit-windows.ts'

/** A queue may keep this many units in memory, however many queues there are. */
const TAIL_UNITS_MIN = 64
const TAIL_UNITS_MAX = 16_384
/** At a time: the thread pool has to serve the flushes of the log and reads as well. */
const FLUSHES = 3

export interface ConsumeQueueStoreDeps {
  readonly config: MessageStoreConfig
  readonly limits: StoreLimits
  readonly fileSystem: FileSystem
  readonly openFiles: OpenFiles
  readonly reads: DiskReads
  readonly logger: Logger
  /** The type that a topic's queues have. */
  readonly cqType: (topic: string) => CQType
}

/** A consume queue of either kind. */
export type AnyConsumeQueue = ConsumeQueue | BatchConsumeQueue

/** Where the queues of a type stand, below the store's directory. Source: store.config.StorePathConfigHelper */
const DIRECTORIES: Readonly<Record<CQType, string>> = {
  SimpleCQ: 'consumequeue',
  BatchCQ: 'batchconsumequeue',
}
const EXT_DIRECTORY = 'consumequeue_ext'
const ALL_DIRECTORIES = [...Object.values(DIRECTORIES), EXT_DIRECTORY]
const CQ_TYPES: readonly CQType[] = ['SimpleCQ', 'BatchCQ']

/** All consume queues. Follows the log. Apache: store.queue.ConsumeQueueStore */
export class ConsumeQueueStore implements CommitLogDispatcher {
  readonly name = 'consume queue'
  readonly #deps: ConsumeQueueStoreDeps
  readonly #topics = new Map<string, Map<number, AnyConsumeQueue>>()
  readonly #windows = new UnitWindows()
  #count = 0
  #tailUnits = TAIL_UNITS_MAX

  constructor(deps: ConsumeQueueStoreDeps) {
    this.#deps = deps
  }

  #path(...names: string[]): string {
    return join(this.#deps.config.storePathRootDir, ...names)
  }

  get count(): number {
    return this.#count
  }

  /** The end of the last message that any queue knows; -1 when there is none. */
  get maxPhysicOffset(): number {
    let max = -1
    for (const queue of this.queues()) max = Math.max(max, queue.maxPhysicOffset)
    return max
  }

  /** Where in the log the last message stands that any queue knows. */
  get lastMessage(): Range | undefined {
    let last: ConsumeQueueInterface | undefined
    for (const queue of this.queues()) {
      if (queue.maxPhysicOffset > (last?.maxPhysicOffset ?? -1)) last = queue
    }
    return last?.lastMessage()
  }

  *queues(): Generator<AnyConsumeQueue> {
    for (const queues of this.#topics.values()) yield* queues.values()
  }

  topics(): string[] {
    return [...this.#topics.keys()]
  }

  find(topic: string, queueId: number): AnyConsumeQueue | undefined {
    return this.#topics.get(topic)?.get(queueId)
  }

  /** The type that a topic's queues have. */
  cqType(topic: string): CQType {
    return this.#deps.cqType(topic)
  }

  /** The minimum offset of a queue of a topic that has never had a message. */
  emptyMinOffset(topic: string): number {
    return this.#deps.cqType(topic) === 'BatchCQ' ? -1 : 0
  }

  findOrCreate(topic: string, queueId: number): AnyConsumeQueue {
    return this.find(topic, queueId) ?? this.#create(topic, queueId, this.#deps.cqType(topic))
  }

  #create(topic: string, queueId: number, cqType: CQType): AnyConsumeQueue {
    const queue =
      cqType === 'BatchCQ' ? this.#newBatch(topic, queueId) : this.#newSimple(topic, queueId)
    const queues = this.#topics.get(topic) ?? new Map<number, AnyConsumeQueue>()
    this.#topics.set(topic, queues.set(queueId, queue))
    this.#setCount(this.#count + 1)
    return queue
  }

  #newBatch(topic: string, queueId: number): BatchConsumeQueue {
    const { config, logger, reads } = this.#deps
    const size = wholeUnits(config.mapperFileSizeBatchConsumeQueue, BATCH_CQ_STORE_UNIT_SIZE)
    return new BatchConsumeQueue(topic, queueId, {
      files: this.#files(this.#path(DIRECTORIES.BatchCQ, topic, String(queueId)), size),
      reads,
      windows: this.#windows,
      logger,
      tailLimit: () => this.#tailUnits,
    })
  }

  #newSimple(topic: string, queueId: number): ConsumeQueue {
    const { config, logger, reads } = this.#deps
    const size = wholeUnits(config.mappedFileSizeConsumeQueue, CQ_STORE_UNIT_SIZE)
    const hasExt = config.enableConsumeQueueExt && !isLmq(topic)
    return new ConsumeQueue(topic, queueId, {
      files: this.#files(this.#path(DIRECTORIES.SimpleCQ, topic, String(queueId)), size),
      reads,
      windows: this.#windows,
      logger,
      tailLimit: () => this.#tailUnits,
      ext: hasExt ? this.#createExt(topic, queueId) : undefined,
    })
  }

  #createExt(topic: string, queueId: number): ConsumeQueueExt {
    const directory = this.#path(EXT_DIRECTORY, topic, String(queueId))
    return new ConsumeQueueExt({
      files: this.#files(directory, this.#deps.config.mappedFileSizeConsumeQueueExt),
      tailLimit: () => this.#tailUnits * CQ_STORE_UNIT_SIZE,
    })
  }

  #files(directory: string, fileSize: number): LogFileQueue {
    const { fileSystem, openFiles } = this.#deps
    const directories = [directory]
    return new LogFileQueue({
      directories,
      fileSize,
      fileSystem,
      openFiles,
      syncDirectories: false,
    })
  }

  #setCount(count: number): void {
    this.#count = count
    const share = this.#deps.limits.consumeQueueTailBytes / CQ_STORE_UNIT_SIZE / Math.max(count, 1)
    this.#tailUnits = Math.min(Math.max(Math.floor(share), TAIL_UNITS_MIN), TAIL_UNITS_MAX)
  }

  /** Takes up the queues that are on the disk. @throws StoreError, also when a topic is of another type than its queues */
  load(lastExitOk: boolean): void {
    for (const cqType of CQ_TYPES) {
      for (const topic of this.#directoriesIn(this.#path(DIRECTORIES[cqType]))) {
        this.#loadTopic(topic, cqType, lastExitOk)
      }
    }
  }

  #loadTopic(topic: string, cqType: CQType, lastExitOk: boolean): void {
    const path = this.#path(DIRECTORIES[cqType], topic)
    const queueIds = this.#directoriesIn(path).filter((name) => /^\d+$/.test(name))
    if (queueIds.length > 0 && this.#deps.cqType(topic) !== cqType) {
      throw new StoreError(
        `${path} holds queues of type ${cqType}, but the topic is of type ${this.#deps.cqType(topic)}: ` +
          `restore config/topics.json, or move ${path} away`,
      )
    }
    for (const queueId of queueIds) {
      this.#create(topic, Number(queueId), cqType).load(lastExitOk)
    }
  }

  /** Names of the directories in one. Files that lie between them are skipped. */
  #directoriesIn(parent: string): string[] {
    const { fileSystem, logger } = this.#deps
    const stat = fileSystem.stat(parent)
    if (stat?.isDirectory === false) throw new StoreError(notADirectory(parent))
    return fileSystem.list(parent).filter((name) => {
      const path = join(parent, name)
      const isDirectory = fileSystem.stat(path)?.isDirectory === true
      if (!isDirectory) logger.warn({ path }, 'a file among consume queues is skipped')
      return isDirectory
    })
  }

  /** Forgets all queues and removes their files. */
  destroy(): void {
    this.#topics.clear()
    this.#setCount(0)
    for (const name of ALL_DIRECTORIES) this.#deps.fileSystem.remove(this.#path(name))
  }

  /** Prepared and rolled back messages have no place in their queue. */
  dispatch(request: DispatchRequest): void {
    const type = getTransactionValue(request.sysFlag)
    if (
      type === MessageSysFlag.TRANSACTION_PREPARED_TYPE ||
      type === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
    ) {
      return
    }
    const queue = this.findOrCreate(request.topic, request.queueId)
    queue.put(request)
    const { enableMultiDispatch, enableLmq } = this.#deps.config
    if (!enableMultiDispatch || queue.cqType === 'BatchCQ' || !topicAllowsLmq(request.topic)) return
    for (const target of multiDispatchTargets(request, enableLmq)) {
      this.findOrCreate(target.topic, target.queueId).put({ ...request, ...target })
    }
  }

  deleteTopic(topic: string): void {
    const queues = this.#topics.get(topic)
    if (queues === undefined) return
    for (const queue of queues.values()) queue.destroy()
    this.#topics.delete(topic)
    this.#setCount(this.#count - queues.size)
    for (const name of ALL_DIRECTORIES) this.#deps.fileSystem.remove(this.#path(name, topic))
  }

  /** Removes the queues whose last message stands below `minPhysicOffset` of the log. Returns them. */
  cleanExpired(
    minPhysicOffset: number,
    mayRemove: (queue: ConsumeQueueInterface) => boolean,
  ): ConsumeQueueInterface[] {
    const expired = [...this.queues()].filter((queue) => {
      const last = queue.lastMessage()
      return last !== undefined && last.offset < minPhysicOffset && mayRemove(queue)
    })
    for (const queue of expired) this.#delete(queue)
    return expired
  }

  #delete(queue: ConsumeQueueInterface): void {
    const { topic, queueId } = queue
    queue.destroy()
    for (const name of ALL_DIRECTORIES) {
      this.#deps.fileSystem.remove(this.#path(name, topic, String(queueId)))
    }
    const queues = this.#topics.get(topic)
    queues?.delete(queueId)
    this.#setCount(this.#count - 1)
    if (queues?.size === 0) this.deleteTopic(topic)
  }

  correctMinOffset(minPhysicOffset: number): void {
    for (const queue of this.queues()) queue.correctMinOffset(minPhysicOffset)
  }

  /** Brings all queues to the disk, a few at a time. @throws (rejects) the first of what the file system says */
  async flush(): Promise<void> {
    const waiting = [...this.queues()].filter((queue) => queue.needsFlush).values()
    const line = async (): Promise<void> => {
      for (const queue of waiting) await queue.flush()
    }
    const ends = await Promise.allSettled(Array.from({ length: FLUSHES }, line))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  close(): void {
    for (const queue of this.queues()) queue.close()
  }
}

/** `size` rounded up to a whole number of units. */
function wholeUnits(size: number, unitSize: number): number {
  return Math.ceil(size / unitSize) * unitSize
}
