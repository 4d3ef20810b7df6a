import { join } from 'node:path'
import { CQ_STORE_UNIT_SIZE } from '../../../codec/store/consume-queue-unit.ts'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig, StoreLimits } from '../config.ts'
import { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { OpenFiles } from '../logfile/open-files.ts'
import type { Range } from '../read/cold-reader.ts'
import type { CommitLogDispatcher } from '../reput/commit-log-dispatcher.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import { ConsumeQueueExt } from './consume-queue-ext.ts'
import { ConsumeQueue } from './consume-queue.ts'

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
  readonly logger: Logger
}

/** All consume queues. Follows the log. Apache: store.queue.ConsumeQueueStore */
export class ConsumeQueueStore implements CommitLogDispatcher {
  readonly name = 'consume queue'
  readonly #deps: ConsumeQueueStoreDeps
  readonly #directory: string
  readonly #extDirectory: string
  readonly #fileSize: number
  readonly #topics = new Map<string, Map<number, ConsumeQueue>>()
  #count = 0
  #tailUnits = TAIL_UNITS_MAX

  constructor(deps: ConsumeQueueStoreDeps) {
    this.#deps = deps
    this.#directory = join(deps.config.storePathRootDir, 'consumequeue')
    this.#extDirectory = join(deps.config.storePathRootDir, 'consumequeue_ext')
    const units = Math.ceil(deps.config.mappedFileSizeConsumeQueue / CQ_STORE_UNIT_SIZE)
    this.#fileSize = units * CQ_STORE_UNIT_SIZE
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
    let last: ConsumeQueue | undefined
    for (const queue of this.queues()) {
      if (queue.maxPhysicOffset > (last?.maxPhysicOffset ?? -1)) last = queue
    }
    return last?.lastMessage()
  }

  *queues(): Generator<ConsumeQueue> {
    for (const queues of this.#topics.values()) yield* queues.values()
  }

  topics(): string[] {
    return [...this.#topics.keys()]
  }

  find(topic: string, queueId: number): ConsumeQueue | undefined {
    return this.#topics.get(topic)?.get(queueId)
  }

  findOrCreate(topic: string, queueId: number): ConsumeQueue {
    return this.find(topic, queueId) ?? this.#create(topic, queueId)
  }

  #create(topic: string, queueId: number): ConsumeQueue {
    const { config, logger } = this.#deps
    const queue = new ConsumeQueue(topic, queueId, {
      files: this.#files(join(this.#directory, topic, String(queueId)), this.#fileSize),
      logger,
      tailLimit: () => this.#tailUnits,
      ext: config.enableConsumeQueueExt ? this.#createExt(topic, queueId) : undefined,
    })
    const queues = this.#topics.get(topic) ?? new Map<number, ConsumeQueue>()
    this.#topics.set(topic, queues.set(queueId, queue))
    this.#setCount(this.#count + 1)
    return queue
  }

  #createExt(topic: string, queueId: number): ConsumeQueueExt {
    const directory = join(this.#extDirectory, topic, String(queueId))
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

  /** Takes up the queues that are on the disk. @throws StoreError */
  load(lastExitOk: boolean): void {
    const { fileSystem } = this.#deps
    for (const topic of fileSystem.list(this.#directory)) {
      for (const queueId of fileSystem.list(join(this.#directory, topic))) {
        if (/^\d+$/.test(queueId)) this.findOrCreate(topic, Number(queueId)).load(lastExitOk)
      }
    }
  }

  /** Forgets all queues and removes their files. */
  destroy(): void {
    this.#topics.clear()
    this.#setCount(0)
    this.#deps.fileSystem.remove(this.#directory)
    this.#deps.fileSystem.remove(this.#extDirectory)
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
    this.findOrCreate(request.topic, request.queueId).put(request)
  }

  deleteTopic(topic: string): void {
    const queues = this.#topics.get(topic)
    if (queues === undefined) return
    for (const queue of queues.values()) queue.destroy()
    this.#topics.delete(topic)
    this.#setCount(this.#count - queues.size)
    this.#deps.fileSystem.remove(join(this.#directory, topic))
    this.#deps.fileSystem.remove(join(this.#extDirectory, topic))
  }

  /** Removes the queues whose last message stands below `minPhysicOffset` of the log. Returns them. */
  cleanExpired(
    minPhysicOffset: number,
    mayRemove: (queue: ConsumeQueue) => boolean,
  ): ConsumeQueue[] {
    const expired = [...this.queues()].filter((queue) => {
      const last = queue.lastMessage()
      return last !== undefined && last.offset < minPhysicOffset && mayRemove(queue)
    })
    for (const queue of expired) this.#delete(queue)
    return expired
  }

  #delete(queue: ConsumeQueue): void {
    const { topic, queueId } = queue
    queue.destroy()
    this.#deps.fileSystem.remove(join(this.#directory, topic, String(queueId)))
    this.#deps.fileSystem.remove(join(this.#extDirectory, topic, String(queueId)))
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
