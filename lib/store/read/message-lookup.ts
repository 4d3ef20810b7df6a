import { isMessageMagic } from '../../../codec/message/record-reader.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { IndexService } from '../index/index-service.ts'
import { hasKey } from '../index/message-keys.ts'
import type { QueryMessageResult } from '../types.ts'
import type { ColdReader } from './cold-reader.ts'

/** Records up to this size are read in one go when only their offset is known. */
const FIRST_READ_BYTES = 8 * 1024

/** How far the index is, Apache tells only those who find something. */
const NOTHING_INDEXED: QueryMessageResult = {
  records: [],
  indexLastUpdateTimestamp: 0,
  indexLastUpdatePhyoffset: 0,
}

export interface MessageLookupDeps {
  readonly config: MessageStoreConfig
  readonly log: CommitLog
  readonly index: IndexService
  readonly coldReader: ColdReader
}

/** Finds single messages: by their place in the log, or by a key. */
export class MessageLookup {
  readonly #deps: MessageLookupDeps

  constructor(deps: MessageLookupDeps) {
    this.#deps = deps
  }

  /** The record that begins at a log offset; undefined when there is none. */
  async recordAt(commitLogOffset: number): Promise<Buffer | undefined> {
    const { confirmOffset, minOffset } = this.#deps.log
    if (commitLogOffset < minOffset || commitLogOffset + 8 > confirmOffset) return undefined
    const head = await this.#read(commitLogOffset, FIRST_READ_BYTES)
    if (head === undefined || head.length < 8 || !isMessageMagic(head.readInt32BE(4)))
      return undefined
    const size = head.readInt32BE(0)
    if (size <= 0 || commitLogOffset + size > confirmOffset) return undefined
    if (size <= head.length) return head.subarray(0, size)
    const record = await this.#read(commitLogOffset, size)
    return record?.length === size ? record : undefined
  }

  /** Bytes from `offset` on: what is in memory there, or up to `size` bytes from the disk. */
  async #read(offset: number, size: number): Promise<Buffer | undefined> {
    const { log, coldReader } = this.#deps
    const chunk = log.tail.find(offset)
    if (chunk === undefined) return coldReader.read(offset, size)
    chunk.isLent = true
    return chunk.buffer.subarray(offset - chunk.startOffset, chunk.length)
  }

  /** Messages of a topic that have `key`. Source: store.DefaultMessageStore#queryMessage */
  async query(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<QueryMessageResult> {
    const { config, index } = this.#deps
    const limit = Math.min(maxNum, config.maxMsgsNumBatch)
    const offsets = await index.queryOffset(topic, key, limit, beginMs, endMs)
    if (offsets.length === 0) return NOTHING_INDEXED
    const records: Buffer[] = []
    for (const offset of offsets) {
      const record = await this.recordAt(offset)
      if (record !== undefined && hasKey(record, topic, key)) records.push(record)
    }
    return { records, ...index.lastUpdate }
  }
}
