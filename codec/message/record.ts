import { crc32 } from 'node:zlib'
import { writeInt64 } from '../java.ts'
import { CRC32_RESERVED_LENGTH, writeCrcProperty } from './crc-property.ts'
import type { Host } from './host.ts'
import type { MessageExtBrokerInner } from './message.ts'
import { PROPERTY_SEPARATOR } from './properties.ts'
import { MessageSysFlag } from './sys-flag.ts'

/*
 * A record of the commit log, which is also what a pull returns. Offsets are for IPv4 hosts; an IPv6 host takes 20
 * bytes instead of 8.
 *
 *  offset  size  field
 *       0     4  total size
 *       4     4  magic
 *       8     4  body CRC: CRC-32 & 0x7FFFFFFF
 *      12     4  queue id
 *      16     4  flag
 *      20     8  queue offset
 *      28     8  commit log offset
 *      36     4  sysFlag
 *      40     8  born timestamp
 *      48     8  born host: IP, port
 *      56     8  store timestamp
 *      64     8  store host: IP, port
 *      72     4  reconsume times
 *      76     8  prepared transaction offset
 *      84   4+n  body length and body
 *    88+n   1+t  topic length and topic (2+t in version 2)
 *  89+n+t   2+p  properties length and properties
 *
 * Source: store.MessageExtEncoder, common.message.MessageDecoder
 */
export const MESSAGE_MAGIC_V1 = 0xdaa320a7 | 0
export const MESSAGE_MAGIC_V2 = 0xdaa320ab | 0
/** Fills the rest of a file, behind the size of the rest. Source: store.CommitLog#BLANK_MAGIC_CODE */
export const BLANK_MAGIC = 0xcbd43194 | 0
/** The size and magic of the filler. Source: store.CommitLog.DefaultAppendMessageCallback#END_FILE_MIN_BLANK_LENGTH */
export const END_FILE_MIN_BLANK_LENGTH = 8
/** Records with longer topics are of version 2. Source: common.message.MessageVersion */
export const TOPIC_LENGTH_MAX_V1 = 127
/** The length is a signed int16. */
export const PROPERTIES_LENGTH_MAX = 32_767

const FIXED_V1 = 91
const IPV6_EXTRA = 12

/** What the store decides about a message. */
export interface RecordPlace {
  readonly queueOffset: number
  readonly commitLogOffset: number
  readonly storeTimestamp: number
}

/** What has to be known of a message before it gets its place: lengths are bytes. */
export interface RecordPlan {
  readonly size: number
  readonly sysFlag: number
  readonly bodyCrc: number
  readonly topicLength: number
  /** With what the CRC property takes. */
  readonly propertiesLength: number
  readonly appendCrcProperty: boolean
}

/** Bytes of a record. `topicLength` and `propertiesLength` are bytes, too. */
export function recordSize(
  sysFlag: number,
  bodyLength: number,
  topicLength: number,
  propertiesLength: number,
): number {
  const versionExtra = topicLength > TOPIC_LENGTH_MAX_V1 ? 1 : 0
  return FIXED_V1 + versionExtra + hostsExtra(sysFlag) + bodyLength + topicLength + propertiesLength
}

function hostsExtra(sysFlag: number): number {
  const born = (sysFlag & MessageSysFlag.BORNHOST_V6_FLAG) === 0 ? 0 : IPV6_EXTRA
  return (sysFlag & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) === 0 ? born : born + IPV6_EXTRA
}

/** CRC-32 as records hold it: without the sign bit. */
export function messageCrc32(bytes: Buffer): number {
  return crc32(bytes) & 0x7fffffff
}

/** Measures a message. With `appendCrcProperty`, 20 bytes more are kept for a CRC of the whole record. */
export function planRecord(message: MessageExtBrokerInner, appendCrcProperty: boolean): RecordPlan {
  const sysFlag = withHostFlags(message.sysFlag, message.bornHost, message.storeHost)
  const topicLength = Buffer.byteLength(message.topic)
  let propertiesLength = Buffer.byteLength(message.properties)
  if (appendCrcProperty) {
    propertiesLength += CRC32_RESERVED_LENGTH + (needsSeparator(message.properties) ? 1 : 0)
  }
  return {
    size: recordSize(sysFlag, message.body.length, topicLength, propertiesLength),
    sysFlag,
    bodyCrc: messageCrc32(message.body),
    topicLength,
    propertiesLength,
    appendCrcProperty,
  }
}

function needsSeparator(properties: string): boolean {
  return properties !== '' && !properties.endsWith(PROPERTY_SEPARATOR)
}

/** Writes the record of a planned message into `buffer` at `start`, where `plan.size` bytes must be free. */
export function encodeRecord(
  buffer: Buffer,
  start: number,
  message: MessageExtBrokerInner,
  plan: RecordPlan,
  place: RecordPlace,
): void {
  const isV2 = plan.topicLength > TOPIC_LENGTH_MAX_V1
  let at = buffer.writeInt32BE(plan.size, start)
  at = buffer.writeInt32BE(isV2 ? MESSAGE_MAGIC_V2 : MESSAGE_MAGIC_V1, at)
  at = buffer.writeInt32BE(plan.bodyCrc, at)
  at = buffer.writeInt32BE(message.queueId, at)
  at = buffer.writeInt32BE(message.flag, at)
  at = writeInt64(buffer, place.queueOffset, at)
  at = writeInt64(buffer, place.commitLogOffset, at)
  at = buffer.writeInt32BE(plan.sysFlag, at)
  at = writeInt64(buffer, message.bornTimestamp, at)
  at = writeHost(buffer, message.bornHost, at)
  at = writeInt64(buffer, place.storeTimestamp, at)
  at = writeHost(buffer, message.storeHost, at)
  at = buffer.writeInt32BE(message.reconsumeTimes, at)
  at = writeInt64(buffer, message.preparedTransactionOffset, at)
  at = buffer.writeInt32BE(message.body.length, at)
  buffer.set(message.body, at)
  at += message.body.length
  at = isV2 ? buffer.writeUInt16BE(plan.topicLength, at) : buffer.writeUInt8(plan.topicLength, at)
  at += buffer.write(message.topic, at)
  at = buffer.writeInt16BE(plan.propertiesLength, at)
  at += buffer.write(message.properties, at)
  if (!plan.appendCrcProperty) return
  if (needsSeparator(message.properties)) buffer.write(PROPERTY_SEPARATOR, at)
  writeCrcProperty(buffer, start, start + plan.size)
}

function writeHost(buffer: Buffer, host: Host, position: number): number {
  buffer.set(host.ip, position)
  return buffer.writeInt32BE(host.port, position + host.ip.length)
}

/** `sysFlag` with the two bits that tell the address families of the hosts. */
export function withHostFlags(sysFlag: number, bornHost: Host, storeHost: Host): number {
  let flags = sysFlag & ~(MessageSysFlag.BORNHOST_V6_FLAG | MessageSysFlag.STOREHOSTADDRESS_V6_FLAG)
  if (bornHost.isIPv6) flags |= MessageSysFlag.BORNHOST_V6_FLAG
  if (storeHost.isIPv6) flags |= MessageSysFlag.STOREHOSTADDRESS_V6_FLAG
  return flags
}
