import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { humanReadableByteCount } from '../common/byte-count.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/logger.ts'
import type { Metric } from '../monitor/metric.ts'
import type { MessageStoreConfig } from './config.ts'
import { MessagePuts } from './message-puts.ts'
import { iterateUnits } from './read/cq-units.ts'
import { estimateMessageCount } from './read/message-estimate.ts'
import type { HAService } from './replication.ts'
import { MessageArrivals } from './reput/message-arrivals.ts'
import { StoreLife } from './store-life.ts'
import { makeStoreParts, type MessageStoreDeps, type StoreParts } from './store-parts.ts'
import type {
  BoundaryType,
  CommitLogDispatcher,
  CqUnit,
  GetMessageRequest,
  GetMessageResult,
  LogPlace,
  MessageArrivingListener,
  MessageFilter,
  MessageStore,
  PutMessageCallback,
  QueryMessageResult,
  Retention,
} from './types.ts'

export { StoreError } from './errors.ts'
export {
  DEFAULT_MESSAGE_STORE_CONFIG,
  DEFAULT_STORE_LIMITS,
  type FlushDiskType,
  type MessageStoreConfig,
  type StoreLimits,
} from './config.ts'
export { orderLogCut } from './recovery/log-cut.ts'
export type { MessageStoreDeps } from './store-parts.ts'

/**
 * The store of one broker, in one directory. `start` opens and recovers it, `stop` leaves it complete on the disk.
 *
 * Apache: store.DefaultMessageStore
 */
export class DefaultMessageStore implements MessageStore {
  readonly #config: MessageStoreConfig
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #parts: StoreParts
  readonly #puts: MessagePuts
  readonly #arrivals: MessageArrivals
  readonly #life: StoreLife

  constructor(deps: MessageStoreDeps) {
    this.#config = deps.config
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#arrivals = new MessageArrivals(deps.config)
    this.#parts = makeStoreParts(deps, (request) => {
      this.#parts.flusher.dispatched(request.storeTimestamp)
      this.#arrivals.dispatched(request)
    })
    this.#puts = new MessagePuts({ ...this.#parts, config: deps.config, clock: deps.clock })
    this.#life = new StoreLife(deps, this.#parts)
  }

  /** @throws StoreError when the store cannot be opened without losing data, and what the file system says */
  start(): Promise<void> {
    return this.#life.start()
  }

  stop(): Promise<void> {
    return this.#life.stop()
  }

  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#puts.putMessage(message, done)
  }

  putMessages(batch: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#puts.putMessages(batch, done)
  }

  // ---- gets ----

  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    const { reader, stats } = this.#parts
    const beginMs = this.#clock.now()
    const result = reader.getMessage(request)
    if (result instanceof Promise) {
      return result.then((read) => {
        stats.countGet(read, beginMs)
        return read
      })
    }
    stats.countGet(result, beginMs)
    return result
  }

  iterateFrom(
    topic: string,
    queueId: number,
    offset: number,
    maxUnits: number,
  ): readonly CqUnit[] | Promise<readonly CqUnit[]> {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue === undefined ? [] : iterateUnits(queue, offset, maxUnits)
  }

  async estimateMessageCount(
    topic: string,
    queueId: number,
    from: number,
    to: number,
    filter: MessageFilter,
  ): Promise<number> {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue === undefined ? 0 : estimateMessageCount(queue, from, to, filter, this.#config)
  }

  getMaxOffsetInQueue(topic: string, queueId: number): number {
    return this.#parts.queues.find(topic, queueId)?.maxOffset ?? 0
  }

  getMinOffsetInQueue(topic: string, queueId: number): number {
    return this.#parts.queues.find(topic, queueId)?.minOffset ?? -1
  }

  async getOffsetInQueueByTime(
    topic: string,
    queueId: number,
    timestampMs: number,
    boundary: BoundaryType,
  ): Promise<number> {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue === undefined ? 0 : this.#parts.storeTimes.search(queue, timestampMs, boundary)
  }

  async getMessageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue === undefined ? -1 : this.#parts.storeTimes.at(queue, offset)
  }

  async getEarliestMessageTime(topic: string, queueId: number): Promise<number> {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue === undefined ? -1 : this.#parts.storeTimes.at(queue, queue.minOffset)
  }

  getRecords(
    places: readonly LogPlace[],
  ): readonly (Buffer | undefined)[] | Promise<readonly (Buffer | undefined)[]> {
    return this.#parts.records.getRecords(places)
  }

  async lookMessageByOffset(commitLogOffset: number): Promise<MessageExt | undefined> {
    const record = await this.selectOneMessageByOffset(commitLogOffset)
    return record === undefined ? undefined : decodeRecord(record)
  }

  selectOneMessageByOffset(commitLogOffset: number): Promise<Buffer | undefined> {
    return this.#parts.lookup.recordAt(commitLogOffset)
  }

  queryMessage(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<QueryMessageResult> {
    return this.#parts.lookup.query(topic, key, maxNum, beginMs, endMs)
  }

  checkInMemByConsumeOffset(topic: string, queueId: number, offset: number): boolean {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue !== undefined && this.#parts.reader.isInMemory(queue, offset)
  }

  isMsgInColdArea(topic: string, queueId: number, offset: number): boolean {
    const queue = this.#parts.queues.find(topic, queueId)
    return queue !== undefined && this.#parts.reader.isInColdArea(queue, offset)
  }

  // ---- the rest ----

  get topics(): readonly string[] {
    return this.#parts.queues.topics()
  }

  deleteTopics(topics: ReadonlySet<string>): void {
    for (const topic of topics) {
      this.#parts.queues.deleteTopic(topic)
      this.#parts.log.queueOffsets.removeTopic(topic)
    }
  }

  executeDeleteFilesManually(): void {
    this.#parts.cleaner.executeDeleteFilesManually()
  }

  cleanExpiredConsumerQueue(isKept: (topic: string) => boolean): void {
    const { queueOffsets, minOffset } = this.#parts.log
    const removed = this.#parts.queues.cleanExpired(minOffset, ({ topic, queueId, maxOffset }) => {
      return !isKept(topic) && queueOffsets.get(topic, queueId) === maxOffset
    })
    for (const { topic, queueId, maxOffset } of removed) {
      queueOffsets.remove(topic, queueId)
      this.#logger.info({ topic, queueId, maxOffset }, 'expired consume queue removed')
    }
  }

  get haService(): HAService | undefined {
    return this.#parts.haService
  }

  get isDiskFull(): boolean {
    return this.#parts.diskSpace.isFull
  }

  addFirstDispatcher(dispatcher: CommitLogDispatcher): void {
    this.#parts.dispatchers.unshift(dispatcher)
  }

  addRetention(isNeeded: Retention): void {
    this.#parts.retentions.push(isNeeded)
  }

  addMessageArrivingListener(listener: MessageArrivingListener): void {
    this.#arrivals.addListener(listener)
  }

  get maxPhysicalOffset(): number {
    return this.#parts.log.maxOffset
  }

  get minPhysicalOffset(): number {
    return this.#parts.log.minOffset
  }

  isWriteStalled(): boolean {
    return this.#parts.log.isStalled
  }

  isOsPageCacheBusy(): boolean {
    return this.#parts.log.isBusy
  }

  get flushBehindBytes(): number {
    const { log } = this.#parts
    return log.maxOffset - log.flusher.flushedOffset
  }

  get dispatchBehindBytes(): number {
    return this.#parts.reput.behindBytes
  }

  get metrics(): readonly Metric[] {
    return this.#parts.stats.metrics
  }

  getRuntimeInfo(): Record<string, string> {
    const { log, stats } = this.#parts
    return {
      ...stats.getRuntimeInfo(),
      commitLogMinOffset: String(log.files.first?.startOffset ?? -1),
      commitLogMaxOffset: String(log.maxOffset),
      dispatchBehindBytes: String(this.dispatchBehindBytes),
      remainHowManyDataToFlush: humanReadableByteCount(this.flushBehindBytes),
      pageCacheLockTimeMills: String(Math.floor(log.lockTimeMills)),
    }
  }
}
