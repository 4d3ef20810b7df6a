import { createHash } from 'node:crypto'
import type { JsonValue } from '../../codec/fastjson.ts'
import { parseJson } from '../../codec/fastjson.ts'
import { stringifyJson } from '../../codec/fastjson-writer.ts'
import type { MessageExt } from '../../codec/message/message.ts'
import { decodeProperties } from '../../codec/message/properties.ts'
import { decodeRecallHandle } from '../../codec/message/recall-message-handle.ts'
import { decodeRecord, recordTotalSize } from '../../codec/message/record-reader.ts'
import { parseProperties } from '../../lib/config/properties.ts'
import { BROKER_TABLES } from '../../lib/config/tables.ts'

/** Longer bodies of messages are compared by their digest. */
const BODY_SHOWN = 200

/** Settings that belong to the place where a server runs, or that Apache works out and tells as if they were set. */
const LOCAL_KEYS = [
  'listenPort',
  'haListenPort',
  'brokerIP2',
  'isBrokerContainer',
  'isInBrokerContainer',
  'bitMapLengthConsumeQueueExt',
]
/** Those of access control, of which Apache does not tell, of 5.5.0, and our limits. */
const OWN_KEYS = new Set(
  Object.keys({
    ...{ ...BROKER_TABLES.auth, ...BROKER_TABLES.lite, ...BROKER_TABLES.newer },
    ...BROKER_TABLES.limits,
  }),
)

/** A record; where it stands in its queue is told apart. */
export interface ComparableRecord {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: number
  readonly [field: string]: unknown
}

/** Puts what differs between any two runs into a form that compares. The table in compat/README.md lists it. */
export class Comparable {
  readonly #port: number
  readonly #directory: string

  constructor(port: number, directory: string) {
    this.#port = port
    this.#directory = directory
  }

  text(text: string): string {
    const portHex = this.#port.toString(16).toUpperCase().padStart(8, '0')
    return text
      .replaceAll(this.#directory, '$DIR')
      .replaceAll(new RegExp(`7F000001(0{24})?${portHex}[0-9A-F]{16}`, 'g'), '$OFFSET_ID$1')
      .replaceAll(`127.0.0.1:${this.#port}`, '$BROKER')
      .replaceAll(/127\.0\.0\.1:\d{2,5}\b/g, '$CLIENT')
      .replaceAll(/\b1[6-9]\d{11}\b/g, '$TIME')
      .replaceAll(/\b[0-9A-F]{56}\b|\b[0-9A-F]{32}\b/g, '$UNIQ')
      .replaceAll(/\b20\d\d-\d\d-\d\d[ #]\d\d:\d\d:\d\d(:\d{3})?/g, '$TIME')
  }

  fields(fields: Readonly<Record<string, string>> | undefined): Record<string, unknown> {
    const entries = Object.entries(fields ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#field(key, value)]))
  }

  #field(key: string, value: string): unknown {
    if (key === 'indexLastUpdatePhyoffset' && value !== '0') return '$PLACE'
    if (key === 'recallHandle') return this.#recallHandle(value)
    return value.startsWith('{') ? this.json(value) : this.text(value)
  }

  #recallHandle(handle: string): unknown {
    const parts = decodeRecallHandle(handle)
    return parts && { ...parts, timestampText: '$TIME', messageId: this.text(parts.messageId) }
  }

  /** Parsed where it is JSON, text else. Lists are sorted: Java's sets and maps have no order that means something. */
  json(text: string): unknown {
    try {
      return this.#sorted(parseJson(text))
    } catch {
      return this.text(text)
    }
  }

  #sorted(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return this.#number(value)
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#sorted(item))
      return items.sort((a, b) => (stringifyJson(a) < stringifyJson(b) ? -1 : 1))
    }
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [this.text(key), this.#item(key, item)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  #item(key: string, value: JsonValue): JsonValue {
    if (key === 'timestamp' || key === 'delayTime') return '$TIME'
    if (key === 'physicOffset') return '$PLACE'
    if (key === 'cqTableSize') return '$COUNT'
    return key.endsWith('Tps') ? '$TPS' : this.#sorted(value)
  }

  #number(value: number): number | string {
    return value > 1.6e12 && value < 2e12 ? '$TIME' : value
  }

  properties(text: string): unknown {
    const entries = [...parseProperties(text)]
      .filter(([key]) => !LOCAL_KEYS.includes(key) && !OWN_KEYS.has(key))
      .map(([key, value]) => [key, this.text(value)] as const)
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Records of the commit log, one after the other. */
  records(bytes: Buffer): ComparableRecord[] {
    const records: ComparableRecord[] = []
    for (let start = 0; start < bytes.length;) {
      const size = recordTotalSize(bytes, start)
      if (size <= 0) break
      records.push(this.#record(bytes.subarray(start, start + size)))
      start += size
    }
    return records
  }

  #record(bytes: Buffer): ComparableRecord {
    const magic = bytes.readUInt32BE(4).toString(16)
    let record: MessageExt
    try {
      record = decodeRecord(bytes)
    } catch {
      return { magic, topic: 'undecodable', queueId: 0, queueOffset: 0 }
    }
    const { bornHost, storeHost } = record
    const text = record.body.toString('latin1')
    const body = this.text(text)
    return {
      ...record,
      magic,
      body: text.length > BODY_SHOWN && body === text ? digestOf(record.body) : body,
      bodyCrc: body === text ? record.bodyCrc : '$CRC',
      bornTimestamp: this.#number(record.bornTimestamp),
      bornHost: this.text(bornHost.toString()),
      storeHost: this.text(storeHost.toString()),
      storeTimestamp: this.#number(record.storeTimestamp),
      commitLogOffset: '$PLACE',
      storeSize: record.storeSize - Buffer.byteLength(record.properties),
      properties: this.#propertySet(record.properties),
    }
  }

  #propertySet(text: string): string[] {
    return [...decodeProperties(text)]
      .map(([name, value]) => {
        const shown =
          value.length > BODY_SHOWN
            ? createHash('md5').update(value).digest('hex')
            : this.text(value)
        return `${name}=${shown}`
      })
      .sort()
  }
}

function digestOf(body: Buffer): string {
  return `${body.length} ${createHash('md5').update(body).digest('hex')}`
}

function isPlain(value: object): value is Record<string, JsonValue> {
  return Object.getPrototypeOf(value) === Object.prototype
}
