import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import type { CqExtUnit } from '../../codec/store/consume-queue-ext-unit.ts'
import type { CommitLogDispatcher } from './reput/commit-log-dispatcher.ts'
import type { RecordBytes } from './reput/dispatch-request.ts'
import type { Service } from '../common/service.ts'
import type { Metric } from '../monitor/metric.ts'
import type { HAService } from './replication.ts'

export type {
  CreateHAService,
  GroupTransferRequest,
  HAClientRuntimeInfo,
  HAConnectionRuntimeInfo,
  HARuntimeInfo,
  HAService,
  LogReplica,
  ReplicatedLog,
} from './replication.ts'

export type { CommitLogDispatcher } from './reput/commit-log-dispatcher.ts'
export type { DispatchRequest, RecordBytes } from './reput/dispatch-request.ts'

/** How a put ended. Source: store.PutMessageStatus */
export const PutMessageStatus = {
  PUT_OK: 'PUT_OK',
  FLUSH_DISK_TIMEOUT: 'FLUSH_DISK_TIMEOUT',
  FLUSH_SLAVE_TIMEOUT: 'FLUSH_SLAVE_TIMEOUT',
  SLAVE_NOT_AVAILABLE: 'SLAVE_NOT_AVAILABLE',
  SERVICE_NOT_AVAILABLE: 'SERVICE_NOT_AVAILABLE',
  CREATE_MAPPED_FILE_FAILED: 'CREATE_MAPPED_FILE_FAILED',
  MESSAGE_ILLEGAL: 'MESSAGE_ILLEGAL',
  PROPERTIES_SIZE_EXCEEDED: 'PROPERTIES_SIZE_EXCEEDED',
  OS_PAGE_CACHE_BUSY: 'OS_PAGE_CACHE_BUSY',
  UNKNOWN_ERROR: 'UNKNOWN_ERROR',
  IN_SYNC_REPLICAS_NOT_ENOUGH: 'IN_SYNC_REPLICAS_NOT_ENOUGH',
  WHEEL_TIMER_FLOW_CONTROL: 'WHEEL_TIMER_FLOW_CONTROL',
  WHEEL_TIMER_MSG_ILLEGAL: 'WHEEL_TIMER_MSG_ILLEGAL',
  WHEEL_TIMER_NOT_ENABLE: 'WHEEL_TIMER_NOT_ENABLE',
  /** A slave that acts as master has not got rid of the message. */
  PUT_TO_REMOTE_BROKER_FAIL: 'PUT_TO_REMOTE_BROKER_FAIL',
} as const
export type PutMessageStatus = (typeof PutMessageStatus)[keyof typeof PutMessageStatus]

/** Where a message stands. For a batch: of its first message. Source: store.AppendMessageResult */
export interface AppendResult {
  readonly commitLogOffset: number
  /** Bytes appended, the whole batch. */
  readonly size: number
  /** Offset in the queue. */
  readonly queueOffset: number
  readonly storeTimestamp: number
  readonly messageCount: number
  /** Ids by place: one, or one for each message of a batch, comma joined. */
  readonly offsetMsgId: string
}

/** `appended` is there for PUT_OK and for the three statuses that say "stored, but the wait failed". */
export interface PutMessageResult {
  readonly status: PutMessageStatus
  readonly appended?: AppendResult
  /** Why, for the log and the remark, when it is not PUT_OK. */
  readonly reason?: string
}

export type PutMessageCallback = (result: PutMessageResult) => void

/** How a get ended. Source: store.GetMessageStatus */
export const GetMessageStatus = {
  FOUND: 'FOUND',
  NO_MATCHED_MESSAGE: 'NO_MATCHED_MESSAGE',
  MESSAGE_WAS_REMOVING: 'MESSAGE_WAS_REMOVING',
  OFFSET_FOUND_NULL: 'OFFSET_FOUND_NULL',
  OFFSET_OVERFLOW_BADLY: 'OFFSET_OVERFLOW_BADLY',
  OFFSET_OVERFLOW_ONE: 'OFFSET_OVERFLOW_ONE',
  OFFSET_TOO_SMALL: 'OFFSET_TOO_SMALL',
  NO_MATCHED_LOGIC_QUEUE: 'NO_MATCHED_LOGIC_QUEUE',
  NO_MESSAGE_IN_QUEUE: 'NO_MESSAGE_IN_QUEUE',
  OFFSET_RESET: 'OFFSET_RESET',
} as const
export type GetMessageStatus = (typeof GetMessageStatus)[keyof typeof GetMessageStatus]

/**
 * Decides which messages a get returns, in two steps as the store reads: by the unit in the consume queue, then, when
 * `needsRecord` says so, by the record itself. Source: store.MessageFilter
 */
export interface MessageFilter {
  /**
   * `tagsCode`: the tag's hash (a safe integer), or undefined when it is not known; `ext` is there with enableConsumeQueueExt,
   * and for a message that arrives when it has a bit map.
   */
  isMatchedByConsumeQueue(tagsCode: number | undefined, ext?: CqExtUnit): boolean
  readonly needsRecord: boolean
  /** The record lies in `buffer` between `start` and `end`. */
  isMatchedByCommitLog(buffer: Buffer, start: number, end: number): boolean
}

export interface GetMessageRequest {
  readonly group: string
  readonly topic: string
  readonly queueId: number
  readonly offset: number
  readonly maxMsgNums: number
  /** undefined: every message. */
  readonly filter?: MessageFilter | undefined
}

/** Source: store.GetMessageResult */
export interface GetMessageResult {
  readonly status: GetMessageStatus
  readonly nextBeginOffset: number
  readonly minOffset: number
  readonly maxOffset: number
  /** Stored records in queue order: views of buffers that the store no longer writes to. */
  readonly records: readonly Buffer[]
  /** Messages in `records` (a record of an inner batch counts its messages). */
  readonly messageCount: number
  readonly suggestPullingFromSlave: boolean
  /** Bytes of cold data among what was read; 0 while that is not controlled, see coldDataFlowControlEnable. */
  readonly coldDataSum: number
}

/** How a queue keeps its units: one for each message, or one for each batch. Source: common.attribute.CQType */
export type CQType = 'SimpleCQ' | 'BatchCQ'

/** Where a record stands in the log. */
export interface LogPlace {
  readonly commitLogOffset: number
  /** Bytes of the record. */
  readonly size: number
}

/** One message in a queue, or one batch. Source: store.queue.CqUnit */
export interface CqUnit extends LogPlace {
  /** Of the first message of a batch. */
  readonly queueOffset: number
  /**
   * The tag's hash; in SCHEDULE_TOPIC_XXXX the time of delivery, milliseconds since 1970. undefined when consume queue ext, where it
   * should be, has it not.
   */
  readonly tagsCode: number | undefined
  /** Messages: 1, or those of the batch. */
  readonly batchNum: number
  /** What consume queue ext has of the message, its bit map valid in this turn. */
  readonly ext?: CqExtUnit
}

/** Source: store.QueryMessageResult */
export interface QueryMessageResult {
  /** Stored records, the oldest first. */
  readonly records: readonly Buffer[]
  /** The message that was indexed last: its store time and log offset, 0 when there is none. */
  readonly indexLastUpdateTimestamp: number
  readonly indexLastUpdatePhyoffset: number
}

/** `lower`: the first message at or after the time; `upper`: the last one at or before. Source: common.BoundaryType */
export type BoundaryType = 'lower' | 'upper'

/** Whether somebody needs messages between two offsets of the log, the second one exclusive. */
export type Retention = (startOffset: number, endOffset: number) => Promise<boolean>

/** A message has become readable. Source: store.MessageArrivingListener */
export interface MessageArriving {
  readonly topic: string
  readonly queueId: number
  /** The queue's new maximum offset: that of the message + 1. */
  readonly logicOffset: number
  readonly tagsCode: number
  readonly storeTimestamp: number
  /** Valid while the listener runs. */
  readonly record: RecordBytes
  readonly filterBitMap: Buffer | undefined
}

export type MessageArrivingListener = (event: MessageArriving) => void

/**
 * The store: one commit log and what is derived from it. Offsets are in messages for queues, in bytes for the log.
 *
 * Apache: store.MessageStore
 */
export interface MessageStore extends Service {
  /**
   * Appends a message. The queue offset and the place in the log are taken at once, in the order of the calls; `done`
   * runs when the message is as safe as the configuration asks (page cache, disk, replicas). Never throws.
   */
  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void
  /** Appends the messages of a client batch (body: codec/message/batch.ts) as one: all in one file, or none. */
  putMessages(batch: MessageExtBrokerInner, done: PutMessageCallback): void
  /** Answers at once from memory where it can; otherwise it reads asynchronously. @throws (rejects) BusyError: too many wait */
  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult>
  /** Up to `maxUnits` units in order, the first that of `offset`; none when the queue has no such offset. */
  iterateFrom(
    topic: string,
    queueId: number,
    offset: number,
    maxUnits: number,
  ): readonly CqUnit[] | Promise<readonly CqUnit[]>
  /** How many messages between two queue offsets a filter lets pass, guessed from the first ones where they are many. */
  estimateMessageCount(
    topic: string,
    queueId: number,
    from: number,
    to: number,
    filter: MessageFilter,
  ): Promise<number>
  /** 0 for an unknown queue. */
  getMaxOffsetInQueue(topic: string, queueId: number): number
  /** -1 for an unknown queue, and for one of batches that has never had any. */
  getMinOffsetInQueue(topic: string, queueId: number): number
  getOffsetInQueueByTime(
    topic: string,
    queueId: number,
    timestampMs: number,
    boundary: BoundaryType,
  ): Promise<number>
  /** Store time of the message at a queue offset; -1 when there is none. */
  getMessageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number>
  /** Store time of a queue's first message; -1 when there is none. */
  getEarliestMessageTime(topic: string, queueId: number): Promise<number>
  /**
   * The stored records at places that a consume queue or another file names, in their order; undefined for one that is not
   * there (any more). At once when all are in memory; otherwise neighbours are read from the disk in one go.
   * @throws (rejects) BusyError: too many wait
   */
  getRecords(
    places: readonly LogPlace[],
  ): readonly (Buffer | undefined)[] | Promise<readonly (Buffer | undefined)[]>
  /** The message that begins at a log offset; undefined when there is none. */
  lookMessageByOffset(commitLogOffset: number): Promise<MessageExt | undefined>
  /** The stored record that begins at a log offset; undefined when there is none. */
  selectOneMessageByOffset(commitLogOffset: number): Promise<Buffer | undefined>
  /**
   * Messages of a topic that have `key` (one of the words of KEYS, or the unique key), stored between two times in
   * milliseconds: up to `maxNum`, the newest ones.
   */
  queryMessage(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<QueryMessageResult>
  /** True when the record of a queue offset is still among those that are read from memory. */
  checkInMemByConsumeOffset(topic: string, queueId: number, offset: number): boolean
  /** True when the record of a queue offset is cold; false while cold data is not controlled. */
  isMsgInColdArea(topic: string, queueId: number, offset: number): boolean
  /** The topics that have consume queues. */
  readonly topics: readonly string[]
  /** Removes the consume queues of topics. */
  deleteTopics(topics: ReadonlySet<string>): void
  /** Removes commit log files that have expired in the next rounds of cleaning, whatever the hour. */
  executeDeleteFilesManually(): void
  /** Removes consume queues all of whose messages are no longer in the commit log, but not those of the topics that `isKept` names. */
  cleanExpiredConsumerQueue(isKept: (topic: string) => boolean): void
  /** The dispatcher gets each message before all other followers of the log. To be called before the start. */
  addFirstDispatcher(dispatcher: CommitLogDispatcher): void
  /** Commit log files that have expired are not removed while `isNeeded` says so; a full disk does not ask. */
  addRetention(isNeeded: Retention): void
  /** Called after each message has been dispatched; one listener of each caller. */
  addMessageArrivingListener(listener: MessageArrivingListener): void
  /** undefined for a store without replication. */
  readonly haService?: HAService | undefined
  /** End of what was appended. */
  readonly maxPhysicalOffset: number
  readonly minPhysicalOffset: number
  /** True while the disk is too full for messages, see diskSpaceWarningLevelRatio. */
  readonly isDiskFull: boolean
  /** True while a write takes so long that what comes now had better wait. */
  isWriteStalled(): boolean
  /** True while writes stall, see osPageCacheBusyTimeOutMills. */
  isOsPageCacheBusy(): boolean
  /** Bytes of the log that are not on the disk yet, and bytes that are not in the queues and the index yet. */
  readonly flushBehindBytes: number
  readonly dispatchBehindBytes: number
  /** How long puts and gets take. */
  readonly metrics: readonly Metric[]
  /** Counters, rates and offsets, as GET_BROKER_RUNTIME_INFO tells them. */
  getRuntimeInfo(): Record<string, string>
}
