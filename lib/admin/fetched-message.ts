import { javaHashCode } from '../../codec/java.ts'
import { createOffsetMsgId } from '../../codec/message/message-id.ts'
import type { MessageExt } from '../../codec/message/message.ts'
import { decodeProperties } from '../../codec/message/properties.ts'
import { MessageConst } from '../../codec/message/property-names.ts'
import {
  decodeRecord,
  MIN_RECORD_SIZE,
  recordTotalSize,
} from '../../codec/message/record-reader.ts'
import { CodecError } from '../../codec/errors.ts'
import { unpackBody, type MessageBody } from './message-body.ts'

/** Buckets of the hash map that Apache keeps properties in. Source: common.message.MessageDecoder */
const PROPERTY_BUCKETS = 128

/** A message that a broker gave to a tool. Apache: common.message.MessageClientExt */
export interface FetchedMessage extends Omit<MessageExt, 'properties' | 'body'>, MessageBody {
  /** The unique id, or the offset id of a message without one. */
  readonly msgId: string
  readonly offsetMsgId: string
  /** Of pulled messages only. */
  readonly brokerName: string | undefined
  readonly properties: ReadonlyMap<string, string>
}

/** Records back to back. @throws CodecError when there is something else */
export function decodeMessages(records: Buffer | undefined): FetchedMessage[] {
  const messages: FetchedMessage[] = []
  let start = 0
  while (records !== undefined && start < records.length) {
    const size = records.length - start < MIN_RECORD_SIZE ? 0 : recordTotalSize(records, start)
    if (size < MIN_RECORD_SIZE) throw new CodecError(`no record at byte ${start} of the answer`)
    const end = start + size
    messages.push(toFetched(decodeRecord(records.subarray(start, end))))
    start = end
  }
  return messages
}

function toFetched(record: MessageExt): FetchedMessage {
  const properties = decodeProperties(record.properties)
  const offsetMsgId = createOffsetMsgId(record.storeHost, record.commitLogOffset)
  const msgId = properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? offsetMsgId
  const body = unpackBody(record)
  return { ...record, ...body, properties, msgId, offsetMsgId, brokerName: undefined }
}

export function tagsOf({ properties }: FetchedMessage): string | undefined {
  return properties.get(MessageConst.PROPERTY_TAGS)
}

export function keysOf({ properties }: FetchedMessage): string | undefined {
  return properties.get(MessageConst.PROPERTY_KEYS)
}

/** A message for programs; `text` when the body is wanted. */
export function dataOf(message: FetchedMessage, text?: string): Record<string, unknown> {
  const { body, bornHost, storeHost, ...rest } = message
  return {
    ...rest,
    bornHost: bornHost.toString(),
    storeHost: storeHost.toString(),
    bodySize: body.length,
    ...(text === undefined ? {} : { body: text }),
  }
}

/** Source: common.message.MessageExt#toString */
export function describeMessage(message: FetchedMessage): string {
  const fields = [
    `brokerName=${message.brokerName ?? null}`,
    `queueId=${message.queueId}`,
    `storeSize=${message.storeSize}`,
    `queueOffset=${message.queueOffset}`,
    `sysFlag=${message.sysFlag}`,
    `bornTimestamp=${message.bornTimestamp}`,
    `bornHost=/${message.bornHost.toString()}`,
    `storeTimestamp=${message.storeTimestamp}`,
    `storeHost=/${message.storeHost.toString()}`,
    `msgId=${message.offsetMsgId}`,
    `commitLogOffset=${message.commitLogOffset}`,
    `bodyCRC=${message.bodyCrc}`,
    `reconsumeTimes=${message.reconsumeTimes}`,
    `preparedTransactionOffset=${message.preparedTransactionOffset}`,
    `toString()=${describeContent(message)}`,
  ]
  return `MessageExt [${fields.join(', ')}]`
}

/** Source: common.message.Message#toString */
function describeContent({ topic, flag, properties, body, brokerName }: FetchedMessage): string {
  const isPrepared = properties.get(MessageConst.PROPERTY_TRANSACTION_PREPARED) === 'true'
  const uniqueId = properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  const transactionId = isPrepared && brokerName !== undefined ? uniqueId : undefined
  const bytes = [...new Int8Array(body)].join(', ')
  const fields = [
    `topic='${topic}'`,
    `flag=${flag}`,
    `properties=${describeProperties(properties)}`,
    `body=[${bytes}]`,
    `transactionId='${transactionId ?? null}'`,
  ]
  return `Message{${fields.join(', ')}}`
}

/** `{KEYS=k, TAGS=t}` in the order in which Java's hash map has them. */
export function describeProperties(properties: ReadonlyMap<string, string>): string {
  const entries = [...properties].sort(([a], [b]) => bucketOf(a) - bucketOf(b))
  return `{${entries.map(([name, value]) => `${name}=${value}`).join(', ')}}`
}

/** Source: java.util.HashMap#hash */
function bucketOf(name: string): number {
  const hash = javaHashCode(name)
  return (hash ^ (hash >>> 16)) & (PROPERTY_BUCKETS - 1)
}
