import { continueHashCode, javaHashCode, readInt64, writeInt64 } from '../java.ts'

/*
 * An index file: header (40 bytes), hash slots (4 bytes each), entries (20 bytes each, numbered from 1). A slot holds the number of
 * the newest entry with a hash that falls on it, an entry the number of the one before; 0 ends the chain.
 *
 * Source: store.index.IndexFile, store.index.IndexHeader
 */
export const INDEX_HEADER_SIZE = 40
export const INDEX_SLOT_SIZE = 4
export const INDEX_ENTRY_SIZE = 20

/** `indexCount` is the number that the next entry gets. */
export interface IndexHeader {
  beginTimestamp: number
  endTimestamp: number
  beginPhyOffset: number
  endPhyOffset: number
  hashSlotCount: number
  indexCount: number
}

export interface IndexEntry {
  readonly keyHash: number
  readonly phyOffset: number
  /** Since the file's beginTimestamp. */
  readonly timeDiffSeconds: number
  /** Number of the entry before it in its chain; 0 for none. */
  readonly previous: number
}

/** Hash of a key of a topic's message: never negative. Source: store.index.IndexFile#indexKeyHashMethod */
export function indexKeyHash(topic: string, key: string): number {
  const hash = Math.abs(continueHashCode(continueHashCode(javaHashCode(topic), '#'), key))
  return hash > 0x7fffffff ? 0 : hash
}

export function encodeIndexHeader(header: IndexHeader): Buffer {
  const bytes = Buffer.alloc(INDEX_HEADER_SIZE)
  writeInt64(bytes, header.beginTimestamp, 0)
  writeInt64(bytes, header.endTimestamp, 8)
  writeInt64(bytes, header.beginPhyOffset, 16)
  writeInt64(bytes, header.endPhyOffset, 24)
  bytes.writeInt32BE(header.hashSlotCount, 32)
  bytes.writeInt32BE(header.indexCount, 36)
  return bytes
}

export function decodeIndexHeader(bytes: Buffer): IndexHeader {
  return {
    beginTimestamp: readInt64(bytes, 0),
    endTimestamp: readInt64(bytes, 8),
    beginPhyOffset: readInt64(bytes, 16),
    endPhyOffset: readInt64(bytes, 24),
    hashSlotCount: bytes.readInt32BE(32),
    indexCount: Math.max(bytes.readInt32BE(36), 1),
  }
}

export function writeIndexEntry(bytes: Buffer, position: number, entry: IndexEntry): void {
  bytes.writeInt32BE(entry.keyHash, position)
  writeInt64(bytes, entry.phyOffset, position + 4)
  bytes.writeInt32BE(entry.timeDiffSeconds, position + 12)
  bytes.writeInt32BE(entry.previous, position + 16)
}

export function readIndexEntry(bytes: Buffer, position: number): IndexEntry {
  return {
    keyHash: bytes.readInt32BE(position),
    phyOffset: readInt64(bytes, position + 4),
    timeDiffSeconds: bytes.readInt32BE(position + 12),
    previous: bytes.readInt32BE(position + 16),
  }
}
