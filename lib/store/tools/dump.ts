import { CodecError } from '../../../codec/errors.ts'
import type { MessageExt } from '../../../codec/message/message.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import {
  isUnitWritten,
  unitCommitLogOffset,
  unitSize,
} from '../../../codec/store/consume-queue-unit.ts'
import { LogWalker } from './log-walker.ts'
import type { StoreDirectory } from './store-directory.ts'
import { UnitReader } from './unit-reader.ts'

const WINDOW_UNITS = 4_096
/** As in log-walker.ts. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024

/**
 * Which messages are wanted. `from` and `to` (which is not included) are queue offsets when there is a `queueId`, and
 * otherwise offsets of the log.
 */
export interface DumpFilter {
  readonly topic?: string | undefined
  /** Only with a topic. */
  readonly queueId?: number | undefined
  readonly from: number
  readonly to: number
  readonly limit: number
}

/** Gets a message; false when no more are wanted. */
export type DumpListener = (message: MessageExt) => boolean

/** Calls `onMessage` for each message that the filter wants, in order; resolves with their number. */
export async function dumpStore(
  directory: StoreDirectory,
  filter: DumpFilter,
  onMessage: DumpListener,
): Promise<number> {
  return filter.topic !== undefined && filter.queueId !== undefined
    ? dumpQueue(directory, filter.topic, filter.queueId, filter, onMessage)
    : dumpLog(directory, filter, onMessage)
}

async function dumpLog(
  directory: StoreDirectory,
  { topic, from, to, limit }: DumpFilter,
  onMessage: DumpListener,
): Promise<number> {
  let count = 0
  const walker = new LogWalker(directory.fileSystem, {
    onRecord: (bytes, start, end) => {
      const message = decodeRecord(bytes.subarray(start, end))
      if (message.commitLogOffset >= to) return false
      if (topic !== undefined && message.topic !== topic) return true
      count++
      return onMessage(message) && count < limit
    },
  })
  if (limit > 0) await walker.walk(directory.logFiles, from)
  return count
}

async function dumpQueue(
  directory: StoreDirectory,
  topic: string,
  queueId: number,
  { from, to, limit }: DumpFilter,
  onMessage: DumpListener,
): Promise<number> {
  const queue = directory.queues().find((each) => each.topic === topic && each.queueId === queueId)
  if (queue === undefined) return 0
  const units = new UnitReader(directory.fileSystem, queue.files, WINDOW_UNITS)
  const logStart = directory.logFiles[0]?.startOffset ?? 0
  const end = Math.min(units.findEnd(), to)
  let count = 0
  for (let offset = Math.max(units.findFirst(end, logStart), from); offset < end; offset++) {
    if (count === limit) break
    const unit = units.read(offset)
    if (unit === undefined || !isUnitWritten(unit, 0)) continue
    const record = await readRecord(directory, unitCommitLogOffset(unit, 0), unitSize(unit, 0))
    if (record === undefined) continue
    count++
    if (!onMessage(record)) break
  }
  return count
}

/** undefined when no message stands there. */
async function readRecord(
  { fileSystem, logFiles }: StoreDirectory,
  offset: number,
  size: number,
): Promise<MessageExt | undefined> {
  const file = logFiles.find(
    (each) => offset >= each.startOffset && offset + size <= each.startOffset + each.size,
  )
  if (file === undefined || size > RECORD_BYTES_MAX) return undefined
  const bytes = Buffer.allocUnsafe(size)
  const handle = fileSystem.open(file.path, 'r')
  try {
    await handle.read(bytes, offset - file.startOffset)
    return decodeRecord(bytes)
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  } finally {
    handle.close()
  }
}
