import { CodecError } from '../errors.ts'
import { readInt64 } from '../java.ts'
import { Host } from './host.ts'
import type { MessageExt } from './message.ts'
import { MESSAGE_MAGIC_V1, MESSAGE_MAGIC_V2, messageCrc32 } from './record.ts'
import { MessageSysFlag } from './sys-flag.ts'

/*
 * Reads records, whole or by the field. The layout stands in record.ts. `start` is where the record begins in `buffer`.
 */

const POSITION_BORN_TIMESTAMP = 40
const POSITION_BORN_HOST = 48
const IPV4_HOST = 8
const IPV6_HOST = 20
/** From the end of the store host to the body: reconsume times, prepared transaction offset, body length. */
const STORE_HOST_TO_BODY = 16
/** A record without body, topic and properties, IPv4: nothing smaller is one. */
export const MIN_RECORD_SIZE = 91

/** Bytes of the record, or of the filler at a file's end; 0 where nothing has been written. */
export function recordTotalSize(buffer: Buffer, start: number): number {
  return buffer.readInt32BE(start)
}

export function recordMagic(buffer: Buffer, start: number): number {
  return buffer.readInt32BE(start + 4)
}

export function isMessageMagic(magic: number): boolean {
  return magic === MESSAGE_MAGIC_V1 || magic === MESSAGE_MAGIC_V2
}

export function recordQueueId(buffer: Buffer, start: number): number {
  return buffer.readInt32BE(start + 12)
}

export function recordQueueOffset(buffer: Buffer, start: number): number {
  return readInt64(buffer, start + 20)
}

export function recordCommitLogOffset(buffer: Buffer, start: number): number {
  return readInt64(buffer, start + 28)
}

export function recordSysFlag(buffer: Buffer, start: number): number {
  return buffer.readInt32BE(start + 36)
}

export function recordBornTimestamp(buffer: Buffer, start: number): number {
  return readInt64(buffer, start + POSITION_BORN_TIMESTAMP)
}

function bornHostLength(sysFlag: number): number {
  return (sysFlag & MessageSysFlag.BORNHOST_V6_FLAG) === 0 ? IPV4_HOST : IPV6_HOST
}

function storeHostLength(sysFlag: number): number {
  return (sysFlag & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) === 0 ? IPV4_HOST : IPV6_HOST
}

export function recordStoreTimestamp(buffer: Buffer, start: number): number {
  const sysFlag = recordSysFlag(buffer, start)
  return readInt64(buffer, start + POSITION_BORN_HOST + bornHostLength(sysFlag))
}

/** Where the parts of variable length lie; positions in the buffer that the record lies in. */
export interface RecordParts {
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly topicStart: number
  readonly topicEnd: number
  readonly propertiesStart: number
  readonly propertiesEnd: number
}

/** Locates body, topic and properties of the record between `start` and `end`; undefined when its lengths do not add up. */
export function locateParts(buffer: Buffer, start: number, end: number): RecordParts | undefined {
  if (end - start < MIN_RECORD_SIZE) return undefined
  const sysFlag = recordSysFlag(buffer, start)
  const hosts = bornHostLength(sysFlag) + 8 + storeHostLength(sysFlag)
  const bodyStart = start + POSITION_BORN_HOST + hosts + STORE_HOST_TO_BODY
  if (bodyStart > end) return undefined
  const bodyLength = buffer.readInt32BE(bodyStart - 4)
  const bodyEnd = bodyStart + bodyLength
  const topicWidth = recordMagic(buffer, start) === MESSAGE_MAGIC_V2 ? 2 : 1
  const topicStart = bodyEnd + topicWidth
  if (bodyLength < 0 || topicStart > end) return undefined
  const topicEnd = topicStart + buffer.readUIntBE(bodyEnd, topicWidth)
  const propertiesStart = topicEnd + 2
  if (propertiesStart > end) return undefined
  const propertiesEnd = propertiesStart + buffer.readInt16BE(topicEnd)
  if (propertiesEnd !== end) return undefined
  return { bodyStart, bodyEnd, topicStart, topicEnd, propertiesStart, propertiesEnd }
}

/**
 * Where the properties begin of the record between `start` and `end`, with which they end; -1 when its lengths do not add
 * up. The short form of `locateParts`, for those who look at every record.
 */
export function locateProperties(buffer: Buffer, start: number, end: number): number {
  if (end - start < MIN_RECORD_SIZE) return -1
  const sysFlag = recordSysFlag(buffer, start)
  const hosts = bornHostLength(sysFlag) + 8 + storeHostLength(sysFlag)
  const bodyStart = start + POSITION_BORN_HOST + hosts + STORE_HOST_TO_BODY
  if (bodyStart > end) return -1
  const bodyLength = buffer.readInt32BE(bodyStart - 4)
  const topicAt = bodyStart + bodyLength
  if (bodyLength < 0 || topicAt + 2 > end) return -1
  const isWide = recordMagic(buffer, start) === MESSAGE_MAGIC_V2
  const topicEnd = isWide
    ? topicAt + 2 + buffer.readUInt16BE(topicAt)
    : topicAt + 1 + (buffer[topicAt] as number)
  if (topicEnd + 2 > end) return -1
  return topicEnd + 2 + buffer.readInt16BE(topicEnd) === end ? topicEnd + 2 : -1
}

/** Whether the stored CRC is that of the body. */
export function isBodyIntact(buffer: Buffer, start: number, parts: RecordParts): boolean {
  if (parts.bodyEnd === parts.bodyStart) return true
  const body = buffer.subarray(parts.bodyStart, parts.bodyEnd)
  return messageCrc32(body) === buffer.readInt32BE(start + 8)
}

/**
 * The message in `record`, which is exactly one record. Body and hosts are views of it.
 * @throws CodecError when it is none
 */
export function decodeRecord(record: Buffer): MessageExt {
  const parts = isMessageMagic(record.length < MIN_RECORD_SIZE ? 0 : recordMagic(record, 0))
    ? locateParts(record, 0, record.length)
    : undefined
  if (parts === undefined) throw new CodecError(`no record in ${record.length} bytes`)
  const sysFlag = recordSysFlag(record, 0)
  const bornEnd = POSITION_BORN_HOST + bornHostLength(sysFlag)
  const storeEnd = bornEnd + 8 + storeHostLength(sysFlag)
  return {
    storeSize: recordTotalSize(record, 0),
    bodyCrc: record.readInt32BE(8),
    queueId: recordQueueId(record, 0),
    flag: record.readInt32BE(16),
    queueOffset: recordQueueOffset(record, 0),
    commitLogOffset: recordCommitLogOffset(record, 0),
    sysFlag,
    bornTimestamp: readInt64(record, 40),
    bornHost: readHost(record, POSITION_BORN_HOST, bornEnd),
    storeTimestamp: readInt64(record, bornEnd),
    storeHost: readHost(record, bornEnd + 8, storeEnd),
    reconsumeTimes: record.readInt32BE(storeEnd),
    preparedTransactionOffset: readInt64(record, storeEnd + 4),
    body: record.subarray(parts.bodyStart, parts.bodyEnd),
    topic: record.toString('utf8', parts.topicStart, parts.topicEnd),
    properties: record.toString('utf8', parts.propertiesStart, parts.propertiesEnd),
  }
}

function readHost(record: Buffer, start: number, end: number): Host {
  return new Host(record.subarray(start, end - 4), record.readInt32BE(end - 4))
}
