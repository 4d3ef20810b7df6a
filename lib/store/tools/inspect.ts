import { basename } from 'node:path'
import type { Checkpoint } from '../../../codec/store/checkpoint.ts'
import { decodeIndexHeader, INDEX_HEADER_SIZE } from '../../../codec/store/index-file.ts'
import { unitCommitLogOffset, unitSize } from '../../../codec/store/consume-queue-unit.ts'
import { MIN_RECORD_SIZE, recordStoreTimestamp } from '../../../codec/message/record-reader.ts'
import { LogWalker } from './log-walker.ts'
import type { QueueFiles, SeriesFile, StoreDirectory } from './store-directory.ts'
import { UnitReader } from './unit-reader.ts'

/** Enough for a few probes of a binary search. */
const WINDOW_UNITS = 64

export interface QueueSummary {
  readonly queueId: number
  readonly minOffset: number
  /** What the next message gets. */
  readonly maxOffset: number
  readonly files: number
  /** Log offset of the last message; -1 when there is none. */
  readonly lastLogOffset: number
}

export interface TopicSummary {
  readonly topic: string
  readonly kind: TopicKind
  readonly messages: number
  readonly queues: readonly QueueSummary[]
}

export type TopicKind = 'normal' | 'retry' | 'dead letter' | 'delay' | 'transaction' | 'system'

export interface LogSummary {
  readonly files: number
  readonly fileSize: number
  readonly startOffset: number
  /** Where the next message goes. */
  readonly endOffset: number
  /** Store times of the first and the last message; 0 when there is none. */
  readonly oldestStoreTimestamp: number
  readonly newestStoreTimestamp: number
}

export interface IndexSummary {
  readonly name: string
  readonly entries: number
  readonly beginTimestamp: number
  readonly endTimestamp: number
}

export interface StoreSummary {
  readonly directory: string
  /** There is an abort file: the last process was killed, or still runs. */
  readonly wasKilled: boolean
  readonly log: LogSummary
  readonly topics: readonly TopicSummary[]
  readonly index: readonly IndexSummary[]
  readonly checkpoint: Checkpoint | undefined
  readonly configFiles: readonly { readonly name: string; readonly bytes: number }[]
}

/** What is in a store, from the ends of its files; only what is behind the last dispatched message is read. */
export async function inspectStore(directory: StoreDirectory): Promise<StoreSummary> {
  const logStart = directory.logFiles[0]?.startOffset ?? 0
  const topics = new Map<string, QueueSummary[]>()
  let lastMessage = { offset: -1, size: 0 }
  for (const queue of directory.queues()) {
    const { summary, last } = summarizeQueue(directory, queue, logStart)
    topics.set(queue.topic, [...(topics.get(queue.topic) ?? []), summary])
    if (last.offset > lastMessage.offset) lastMessage = last
  }
  return {
    directory: directory.root,
    wasKilled: directory.hasAbortFile,
    log: await summarizeLog(directory, Math.max(lastMessage.offset, logStart)),
    topics: [...topics].map(([topic, queues]) => summarizeTopic(topic, queues)),
    index: directory.indexFiles().map((path) => summarizeIndex(directory, path)),
    checkpoint: directory.readCheckpoint(),
    configFiles: directory.fileSystem.list(directory.path('config')).map((name) => {
      return { name, bytes: directory.fileSystem.stat(directory.path('config', name))?.size ?? 0 }
    }),
  }
}

function summarizeQueue(directory: StoreDirectory, queue: QueueFiles, logStart: number) {
  const units = new UnitReader(directory.fileSystem, queue.files, WINDOW_UNITS)
  const maxOffset = units.findEnd()
  const minOffset = units.findFirst(maxOffset, logStart)
  const unit = maxOffset > minOffset ? units.read(maxOffset - 1) : undefined
  const last =
    unit === undefined
      ? { offset: -1, size: 0 }
      : { offset: unitCommitLogOffset(unit, 0), size: unitSize(unit, 0) }
  const { queueId, files } = queue
  const summary = { queueId, minOffset, maxOffset, files: files.length, lastLogOffset: last.offset }
  return { summary, last }
}

function summarizeTopic(topic: string, queues: readonly QueueSummary[]): TopicSummary {
  const messages = queues.reduce((sum, queue) => sum + queue.maxOffset - queue.minOffset, 0)
  return { topic, kind: kindOf(topic), messages, queues }
}

function kindOf(topic: string): TopicKind {
  if (topic.startsWith('%RETRY%')) return 'retry'
  if (topic.startsWith('%DLQ%')) return 'dead letter'
  if (topic === 'SCHEDULE_TOPIC_XXXX' || topic === 'rmq_sys_wheel_timer') return 'delay'
  if (/^RMQ_SYS_TRANS_(OP_)?HALF_TOPIC$/.test(topic)) return 'transaction'
  return /^(rmq_sys_|RMQ_SYS_|TRANS_CHECK_MAX_TIME_TOPIC$|OFFSET_MOVED_EVENT$)/.test(topic)
    ? 'system'
    : 'normal'
}

/** Reads the log from `fromOffset` on, where a record begins. */
async function summarizeLog(directory: StoreDirectory, fromOffset: number): Promise<LogSummary> {
  const { logFiles, fileSystem } = directory
  let newestStoreTimestamp = 0
  const walker = new LogWalker(fileSystem, {
    onRecord: (bytes, start) => {
      newestStoreTimestamp = Math.max(newestStoreTimestamp, recordStoreTimestamp(bytes, start))
      return true
    },
  })
  const end = await walker.walk(logFiles, fromOffset)
  return {
    files: logFiles.length,
    fileSize: logFiles[0]?.size ?? 0,
    startOffset: logFiles[0]?.startOffset ?? 0,
    endOffset: end.offset,
    oldestStoreTimestamp: await oldestStoreTimestamp(directory, logFiles),
    newestStoreTimestamp,
  }
}

async function oldestStoreTimestamp(
  { fileSystem }: StoreDirectory,
  files: readonly SeriesFile[],
): Promise<number> {
  let timestamp = 0
  const walker = new LogWalker(fileSystem, {
    onRecord: (bytes, start, end) => {
      timestamp = end - start < MIN_RECORD_SIZE ? 0 : recordStoreTimestamp(bytes, start)
      return false
    },
  })
  await walker.walk(files, 0)
  return timestamp
}

function summarizeIndex({ fileSystem }: StoreDirectory, path: string): IndexSummary {
  const head = Buffer.alloc(INDEX_HEADER_SIZE)
  const handle = fileSystem.open(path, 'r')
  try {
    handle.readSync(head, 0)
  } finally {
    handle.close()
  }
  const { indexCount, beginTimestamp, endTimestamp } = decodeIndexHeader(head)
  return { name: basename(path), entries: indexCount - 1, beginTimestamp, endTimestamp }
}
