import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import { encodeRecord, planRecord } from '../../codec/message/record.ts'
import type { Clock } from '../../lib/common/clock.ts'
import type {
  BoundaryType,
  CqUnit,
  QueryMessageResult,
  GetMessageRequest,
  GetMessageResult,
  GetMessageStatus,
  LogPlace,
  MessageArrivingListener,
  MessageFilter,
  MessageStore,
  PutMessageCallback,
  PutMessageResult,
  PutMessageStatus,
  Retention,
} from '../../lib/store/types.ts'

interface StoredMessage {
  readonly message: MessageExt
  readonly tagsCode: number
  /** What a pull returns: simply the body, unless `realRecords`. */
  readonly record: Buffer
}

interface Queue {
  readonly topic: string
  readonly queueId: number
  minOffset: number
  readonly messages: StoredMessage[]
}

export interface MemoryMessageStoreOptions {
  readonly clock: Clock
  /** Delay of each level in milliseconds, level 1 first, for the tags codes of SCHEDULE_TOPIC_XXXX. */
  readonly delayLevelsMs?: readonly number[]
  /** Records as in the commit log, for readers that look into them. */
  readonly realRecords?: boolean
  /** Gets are answered by promise, turns later, as when the store reads from the disk. */
  readonly readsLater?: boolean
}

const RECORD_OVERHEAD = 91

/**
 * A store in memory that keeps the contract of MessageStore, for tests of what stands on it. A test may hold back
 * answers (`holdAnswers`), prescribe a status (`nextStatus`) and raise a queue's minimum (`expire`).
 */
export class MemoryMessageStore implements MessageStore {
  readonly #clock: Clock
  readonly #delayLevelsMs: readonly number[]
  readonly #realRecords: boolean
  readonly #readsLater: boolean
  readonly #queues = new Map<string, Queue>()
  readonly #byCommitLogOffset = new Map<number, StoredMessage>()
  #listeners: MessageArrivingListener[] = []
  #held: (() => void)[] | undefined
  #maxPhysicalOffset = 0
  minPhysicalOffset = 0
  isBusy = false
  isStalled = false
  runtimeInfo: Record<string, string> = {}
  /** Status of the next puts, in order; PUT_OK when there is none left. */
  readonly nextStatus: PutMessageStatus[] = []
  /** Everything put, in order. */
  readonly log: MessageExt[] = []
  readonly deletedTopics: string[] = []
  manualDeletions = 0
  /** Topics that the last cleaning of expired queues had to keep. */
  keptWhenCleaned: readonly string[] | undefined
  isDiskFull = false
  readonly retentions: Retention[] = []

  constructor(options: MemoryMessageStoreOptions) {
    this.#clock = options.clock
    this.#delayLevelsMs = options.delayLevelsMs ?? []
    this.#realRecords = options.realRecords ?? false
    this.#readsLater = options.readsLater ?? false
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  get maxPhysicalOffset(): number {
    return this.#maxPhysicalOffset
  }

  isWriteStalled(): boolean {
    return this.isStalled
  }

  isOsPageCacheBusy(): boolean {
    return this.isBusy
  }

  readonly flushBehindBytes = 0
  readonly dispatchBehindBytes = 0
  readonly metrics = []

  getRuntimeInfo(): Record<string, string> {
    return this.runtimeInfo
  }

  /** From now on answers wait for `releaseAnswers`. */
  holdAnswers(): void {
    this.#held = []
  }

  releaseAnswers(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const answer of held) answer()
  }

  /** Removes a queue's messages below `minOffset`. */
  expire(topic: string, queueId: number, minOffset: number): void {
    const queue = this.#queue(topic, queueId)
    queue.messages.splice(0, minOffset - queue.minOffset)
    queue.minOffset = minOffset
  }

  /** The messages of a queue. */
  messagesOf(topic: string, queueId: number): MessageExt[] {
    return this.#find(topic, queueId)?.messages.map(({ message }) => message) ?? []
  }

  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#put([message], done)
  }

  putMessages(batch: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#put(splitBatch(batch), done)
  }

  #put(messages: readonly MessageExtBrokerInner[], done: PutMessageCallback): void {
    const status = this.nextStatus.shift() ?? 'PUT_OK'
    const stored = KEEPING_STATUSES.has(status) ? messages.map((each) => this.#append(each)) : []
    const result = { status, ...appendResult(stored) }
    if (this.#held === undefined) done(result)
    else this.#held.push(() => done(result))
    for (const each of stored) this.#announce(each)
  }

  #append(inner: MessageExtBrokerInner): StoredMessage {
    const queue = this.#queue(inner.topic, inner.queueId)
    const storeSize = RECORD_OVERHEAD + inner.body.length + inner.properties.length
    const message: MessageExt = {
      ...inner,
      storeSize,
      bodyCrc: 0,
      queueOffset: queue.minOffset + queue.messages.length,
      commitLogOffset: this.#maxPhysicalOffset,
      storeTimestamp: this.#clock.now(),
    }
    const stored = {
      message,
      tagsCode: this.#tagsCode(message),
      record: this.#realRecords ? encodeWhole(message) : inner.body,
    }
    this.#maxPhysicalOffset += storeSize
    queue.messages.push(stored)
    this.#byCommitLogOffset.set(message.commitLogOffset, stored)
    this.log.push(message)
    return stored
  }

  #tagsCode(message: MessageExt): number {
    const properties = propertiesOf(message)
    const level = Number(properties.get('DELAY') ?? 0)
    const delayMs = this.#delayLevelsMs[Math.min(level, this.#delayLevelsMs.length) - 1]
    if (message.topic === 'SCHEDULE_TOPIC_XXXX' && delayMs !== undefined) {
      return message.storeTimestamp + delayMs
    }
    return hashCode(properties.get('TAGS') ?? '')
  }

  #announce({ message, tagsCode, record: buffer }: StoredMessage): void {
    const { topic, queueId, queueOffset, storeTimestamp } = message
    const logicOffset = queueOffset + 1
    const record = { buffer, start: 0, end: buffer.length }
    const event = { topic, queueId, logicOffset, tagsCode, storeTimestamp, record }
    const filterBitMap = undefined
    for (const listener of this.#listeners) listener({ ...event, filterBitMap })
  }

  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    return this.#readsLater ? nextTurn().then(() => this.#get(request)) : this.#get(request)
  }

  #get(request: GetMessageRequest): GetMessageResult {
    const queue = this.#find(request.topic, request.queueId)
    const minOffset = queue?.minOffset ?? 0
    const maxOffset = minOffset + (queue?.messages.length ?? 0)
    const nothing = (status: GetMessageStatus, nextBeginOffset: number): GetMessageResult => ({
      status,
      nextBeginOffset,
      minOffset,
      maxOffset,
      records: [],
      messageCount: 0,
      suggestPullingFromSlave: false,
      coldDataSum: 0,
    })
    if (queue === undefined) return nothing('NO_MESSAGE_IN_QUEUE', 0)
    if (maxOffset === 0) return nothing('NO_MESSAGE_IN_QUEUE', 0)
    if (request.offset < minOffset) return nothing('OFFSET_TOO_SMALL', minOffset)
    if (request.offset === maxOffset) return nothing('OFFSET_OVERFLOW_ONE', maxOffset)
    if (request.offset > maxOffset) return nothing('OFFSET_OVERFLOW_BADLY', maxOffset)
    const records: Buffer[] = []
    let next = request.offset
    while (next < maxOffset && records.length < request.maxMsgNums) {
      const stored = queue.messages[next++ - minOffset] as StoredMessage
      if (isMatched(request, stored)) records.push(stored.record)
    }
    if (records.length === 0) return nothing('NO_MATCHED_MESSAGE', next)
    return { ...nothing('FOUND', next), records, messageCount: records.length }
  }

  iterateFrom(topic: string, queueId: number, offset: number, maxUnits: number): CqUnit[] {
    const queue = this.#find(topic, queueId)
    if (queue === undefined || offset < queue.minOffset) return []
    const first = offset - queue.minOffset
    return queue.messages.slice(first, first + maxUnits).map(({ message, tagsCode }) => ({
      queueOffset: message.queueOffset,
      commitLogOffset: message.commitLogOffset,
      size: message.storeSize,
      tagsCode,
      batchNum: 1,
    }))
  }

  async estimateMessageCount(
    topic: string,
    queueId: number,
    from: number,
    to: number,
    filter: MessageFilter,
  ): Promise<number> {
    const units = this.iterateFrom(topic, queueId, from, to - from)
    return units.filter(({ tagsCode }) => filter.isMatchedByConsumeQueue(tagsCode)).length
  }

  async queryMessage(): Promise<QueryMessageResult> {
    return { records: [], indexLastUpdateTimestamp: 0, indexLastUpdatePhyoffset: 0 }
  }

  getMaxOffsetInQueue(topic: string, queueId: number): number {
    const queue = this.#find(topic, queueId)
    return queue === undefined ? 0 : queue.minOffset + queue.messages.length
  }

  getMinOffsetInQueue(topic: string, queueId: number): number {
    return this.#find(topic, queueId)?.minOffset ?? -1
  }

  async getOffsetInQueueByTime(
    topic: string,
    queueId: number,
    timestampMs: number,
    boundary: BoundaryType,
  ): Promise<number> {
    const queue = this.#find(topic, queueId)
    if (queue === undefined) return 0
    const times = queue.messages.map(({ message }) => message.storeTimestamp)
    const later = times.findIndex((time) =>
      boundary === 'lower' ? time >= timestampMs : time > timestampMs,
    )
    const index = later < 0 ? times.length : later
    return queue.minOffset + (boundary === 'lower' ? index : Math.max(index - 1, 0))
  }

  async getMessageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    const queue = this.#find(topic, queueId)
    return queue?.messages[offset - queue.minOffset]?.message.storeTimestamp ?? -1
  }

  async getEarliestMessageTime(topic: string, queueId: number): Promise<number> {
    return this.#find(topic, queueId)?.messages[0]?.message.storeTimestamp ?? -1
  }

  getRecords(places: readonly LogPlace[]): (Buffer | undefined)[] {
    return places.map(({ commitLogOffset }) => {
      const message = this.#byCommitLogOffset.get(commitLogOffset)?.message
      if (message === undefined) return undefined
      const plan = planRecord(message, false)
      const record = Buffer.alloc(plan.size)
      encodeRecord(record, 0, message, plan, message)
      return record
    })
  }

  async lookMessageByOffset(commitLogOffset: number): Promise<MessageExt | undefined> {
    return this.#byCommitLogOffset.get(commitLogOffset)?.message
  }

  async selectOneMessageByOffset(commitLogOffset: number): Promise<Buffer | undefined> {
    return this.#byCommitLogOffset.get(commitLogOffset)?.record
  }

  checkInMemByConsumeOffset(topic: string, queueId: number, offset: number): boolean {
    const queue = this.#find(topic, queueId)
    return queue?.messages[offset - queue.minOffset] !== undefined
  }

  isMsgInColdArea(): boolean {
    return false
  }

  get topics(): string[] {
    return [...new Set([...this.#queues.values()].map(({ topic }) => topic))]
  }

  deleteTopics(topics: ReadonlySet<string>): void {
    this.deletedTopics.push(...topics)
    for (const [key, queue] of this.#queues) if (topics.has(queue.topic)) this.#queues.delete(key)
  }

  executeDeleteFilesManually(): void {
    this.manualDeletions++
  }

  cleanExpiredConsumerQueue(isKept: (topic: string) => boolean): void {
    this.keptWhenCleaned = this.topics.filter(isKept)
  }

  addFirstDispatcher(): void {}

  addRetention(isNeeded: Retention): void {
    this.retentions.push(isNeeded)
  }

  addMessageArrivingListener(listener: MessageArrivingListener): void {
    this.#listeners.push(listener)
  }

  /** The process whose they were has died. */
  forgetListeners(): void {
    this.#listeners = []
    this.retentions.length = 0
  }

  #find(topic: string, queueId: number): Queue | undefined {
    return this.#queues.get(`${topic}@${queueId}`)
  }

  #queue(topic: string, queueId: number): Queue {
    const existing = this.#find(topic, queueId)
    if (existing !== undefined) return existing
    const queue = { topic, queueId, minOffset: 0, messages: [] }
    this.#queues.set(`${topic}@${queueId}`, queue)
    return queue
  }
}

function encodeWhole(message: MessageExt): Buffer {
  const plan = planRecord(message, false)
  const record = Buffer.alloc(plan.size)
  encodeRecord(record, 0, message, plan, message)
  return record
}

/** A stored message's properties. */
export function propertiesOf({ properties }: { properties: string }): Map<string, string> {
  const pairs = properties.split('\u0002').filter((pair) => pair !== '')
  return new Map(pairs.map((pair) => pair.split('\u0001') as [string, string]))
}

/** The statuses under which a message is stored all the same. */
const KEEPING_STATUSES: ReadonlySet<PutMessageStatus> = new Set([
  'PUT_OK',
  'FLUSH_DISK_TIMEOUT',
  'FLUSH_SLAVE_TIMEOUT',
  'SLAVE_NOT_AVAILABLE',
])

function appendResult(stored: readonly StoredMessage[]): Pick<PutMessageResult, 'appended'> {
  const first = stored[0]?.message
  if (first === undefined) return {}
  const ids = stored.map(({ message }) => offsetMsgId(message))
  return {
    appended: {
      commitLogOffset: first.commitLogOffset,
      size: stored.reduce((sum, { message }) => sum + message.storeSize, 0),
      queueOffset: first.queueOffset,
      storeTimestamp: first.storeTimestamp,
      messageCount: stored.length,
      offsetMsgId: ids.join(','),
    },
  }
}

function offsetMsgId({ storeHost, commitLogOffset }: MessageExt): string {
  const tail = Buffer.alloc(12)
  tail.writeInt32BE(storeHost.port, 0)
  tail.writeBigInt64BE(BigInt(commitLogOffset), 4)
  return Buffer.concat([storeHost.ip, tail]).toString('hex').toUpperCase()
}

/** Batch body: totalSize(4) magic(4) bodyCRC(4) flag(4) bodyLength(4) body propertiesLength(2) properties. */
function splitBatch(batch: MessageExtBrokerInner): MessageExtBrokerInner[] {
  const messages: MessageExtBrokerInner[] = []
  for (let at = 0; at < batch.body.length; at += batch.body.readInt32BE(at)) {
    const flag = batch.body.readInt32BE(at + 12)
    const bodyEnd = at + 20 + batch.body.readInt32BE(at + 16)
    const propertiesEnd = bodyEnd + 2 + batch.body.readInt16BE(bodyEnd)
    const own = batch.body.toString('utf8', bodyEnd + 2, propertiesEnd)
    const separator = own === '' || own.endsWith('\u0002') ? '' : '\u0002'
    const properties = own + separator + batch.properties
    messages.push({ ...batch, flag, body: batch.body.subarray(at + 20, bodyEnd), properties })
  }
  return messages
}

function isMatched({ filter }: GetMessageRequest, { tagsCode, record }: StoredMessage): boolean {
  if (filter === undefined) return true
  if (!filter.isMatchedByConsumeQueue(tagsCode)) return false
  return !filter.needsRecord || filter.isMatchedByCommitLog(record, 0, record.length)
}

/** Java's String#hashCode. */
function hashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
