import { deflateSync, inflateSync } from 'node:zlib'
import { CodecError } from '../errors.ts'
import { parseJson } from '../fastjson.ts'
import { stringifyJson } from '../fastjson-writer.ts'
import { orElse, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'
import { MqVersion } from '../mq-version.ts'
import { DataVersion, noDataVersion } from './data-version.ts'
import { TopicConfigAndMappingSerializeWrapper } from './topic-config-serialize-wrapper.ts'
import { topicConfigFromText, topicConfigToText } from './topic-config.ts'
import { TopicQueueMappingInfo } from './topic-queue-mapping.ts'

const filterServers = list(text())

/** Body of 103 REGISTER_BROKER: the topics of a broker. Source: remoting.protocol.body.RegisterBrokerBody */
export const RegisterBrokerBody = defineBody('RegisterBrokerBody', {
  filterServerList: filterServers,
  topicConfigSerializeWrapper: orElse(TopicConfigAndMappingSerializeWrapper, noTopics),
})
export type RegisterBrokerBody = ValueOf<typeof RegisterBrokerBody>

function noTopics(): TopicConfigAndMappingSerializeWrapper {
  return {
    dataVersion: noDataVersion(),
    mappingDataVersion: noDataVersion(),
    topicConfigTable: new Map(),
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map(),
  }
}

/** Bytes to which a body may inflate, unless the caller says otherwise: some 500,000 topics. */
const MAX_INFLATED = 67_108_864

/*
 * The compressed form is a zlib stream of items, each behind its length (4 bytes):
 *
 *   item             DataVersion as JSON
 *   count (4)        topics; as many items, TopicConfig as text
 *   item             filter servers as a JSON list
 *   count (4)        since V5_0_0: static topics; as many items, TopicQueueMappingInfo as JSON
 */

/**
 * The compressed form, which a broker sends with the header `compressed`.
 * @param version the sender's, an ordinal of MqVersion: it says whether static topics follow
 * @throws CodecError when the bytes do not inflate, inflate to more than `maxBytes` or end too early
 */
export function decodeCompressedRegisterBody(
  body: Buffer,
  version: number,
  maxBytes: number = MAX_INFLATED,
): RegisterBrokerBody {
  const reader = new ItemReader(inflate(body, maxBytes))
  const wrapper = noTopics()
  wrapper.dataVersion = DataVersion.decode(reader.item())
  for (let left = reader.count(); left > 0; left--) {
    const config = topicConfigFromText(reader.item().toString('utf8'))
    wrapper.topicConfigTable.set(config.topicName, config)
  }
  const filterServerList = filterServers.fromJson(parseJson(reader.item()))
  if (version >= MqVersion.V5_0_0) {
    for (let left = reader.count(); left > 0; left--) {
      const info = TopicQueueMappingInfo.decode(reader.item())
      wrapper.topicQueueMappingInfoMap.set(info.topic, info)
    }
  }
  return { filterServerList, topicConfigSerializeWrapper: wrapper }
}

function inflate(body: Buffer, maxBytes: number): Buffer {
  try {
    return inflateSync(body, { maxOutputLength: maxBytes })
  } catch (error) {
    throw new CodecError(`the compressed register body cannot be read: ${(error as Error).message}`)
  }
}

/** The compressed form as 5.x writes it. */
export function encodeCompressedRegisterBody(body: RegisterBrokerBody): Buffer {
  const wrapper = body.topicConfigSerializeWrapper
  const parts: Buffer[] = []
  addItem(parts, DataVersion.encode(wrapper.dataVersion))
  addCount(parts, wrapper.topicConfigTable.size)
  for (const config of wrapper.topicConfigTable.values()) {
    addItem(parts, Buffer.from(topicConfigToText(config), 'utf8'))
  }
  addItem(parts, Buffer.from(stringifyJson(body.filterServerList), 'utf8'))
  addCount(parts, wrapper.topicQueueMappingInfoMap.size)
  for (const info of wrapper.topicQueueMappingInfoMap.values()) {
    addItem(parts, TopicQueueMappingInfo.encode(info, { keys: 'bare' }))
  }
  return deflateSync(Buffer.concat(parts), { level: 9 })
}

function addCount(parts: Buffer[], count: number): void {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(count)
  parts.push(bytes)
}

function addItem(parts: Buffer[], item: Buffer): void {
  addCount(parts, item.length)
  parts.push(item)
}

/** Reads items one after the other; a count cannot exceed what the bytes that are left could hold. */
class ItemReader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  count(): number {
    const left = this.#bytes.length - this.#position - 4
    const count = left >= 0 ? this.#bytes.readInt32BE(this.#position) : -1
    if (count < 0 || count * 4 > left) throw this.#error('a count')
    this.#position += 4
    return count
  }

  item(): Buffer {
    const left = this.#bytes.length - this.#position - 4
    const length = left >= 0 ? this.#bytes.readInt32BE(this.#position) : -1
    if (length < 0 || length > left) throw this.#error('a length')
    const start = this.#position + 4
    this.#position = start + length
    return this.#bytes.subarray(start, this.#position)
  }

  #error(what: string): CodecError {
    return new CodecError(
      `the compressed register body has ${what} at ${this.#position} that leads outside of it`,
    )
  }
}
