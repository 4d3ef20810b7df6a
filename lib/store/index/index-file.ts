import {
  decodeIndexHeader,
  encodeIndexHeader,
  INDEX_ENTRY_SIZE,
  INDEX_HEADER_SIZE,
  INDEX_SLOT_SIZE,
  readIndexEntry,
  writeIndexEntry,
  type IndexEntry,
  type IndexHeader,
} from '../../../codec/store/index-file.ts'
import type { FileHandle, FileSystem } from '../../common/file-system.ts'
import { SlotTable } from './slot-table.ts'

const TAIL_ENTRIES = 3_276
const TIME_DIFF_MAX = 0x7fffffff

export interface IndexFileOptions {
  readonly path: string
  readonly hashSlotNum: number
  readonly indexNum: number
  readonly fileSystem: FileSystem
}

/**
 * A hash index from keys to log offsets. What is put stands in memory first; `write` brings entries, slots and then the
 * header to the page cache. Apache: store.index.IndexFile
 */
export class IndexFile {
  readonly path: string
  readonly header: IndexHeader
  readonly hashSlotNum: number
  readonly #indexNum: number
  readonly #handle: FileHandle
  readonly #slots: SlotTable
  /** Entries that have not been written, the first with the number `#writtenCount`. */
  #tail: Buffer = Buffer.alloc(0)
  #tailBytes = 0
  #writtenCount: number
  /** Asynchronous calls that run. */
  #pins = 0
  #closing = false

  private constructor(options: IndexFileOptions, handle: FileHandle, isFresh: boolean) {
    this.path = options.path
    this.hashSlotNum = options.hashSlotNum
    this.#indexNum = options.indexNum
    this.#handle = handle
    const head = Buffer.alloc(INDEX_HEADER_SIZE)
    if (!isFresh) handle.readSync(head, 0)
    this.header = decodeIndexHeader(head)
    this.header.indexCount = Math.min(this.header.indexCount, options.indexNum)
    this.#writtenCount = this.header.indexCount
    this.#slots = new SlotTable(handle, options.hashSlotNum, isFresh)
  }

  /** A new file behind one that ends at `endPhyOffset` and `endTimestamp`; 0 for the first. */
  static create(options: IndexFileOptions, endPhyOffset: number, endTimestamp: number): IndexFile {
    const size = indexFileSize(options.hashSlotNum, options.indexNum)
    const handle = options.fileSystem.createSparse(options.path, size)
    const file = new IndexFile(options, handle, true)
    Object.assign(file.header, {
      beginPhyOffset: endPhyOffset,
      endPhyOffset,
      beginTimestamp: endTimestamp,
      endTimestamp,
    })
    return file
  }

  static open(options: IndexFileOptions): IndexFile {
    return new IndexFile(options, options.fileSystem.open(options.path, 'r+'), false)
  }

  get isWriteFull(): boolean {
    return this.header.indexCount >= this.#indexNum
  }

  #entryPosition(number: number): number {
    return INDEX_HEADER_SIZE + this.hashSlotNum * INDEX_SLOT_SIZE + number * INDEX_ENTRY_SIZE
  }

  /** Adds an entry; the file must not be full. */
  put(keyHash: number, phyOffset: number, storeTimestamp: number): void {
    const { header } = this
    const slot = keyHash % this.hashSlotNum
    const newest = this.#slots.get(slot)
    const previous = newest > 0 && newest < header.indexCount ? newest : 0
    if (header.indexCount <= 1) {
      header.beginPhyOffset = phyOffset
      header.beginTimestamp = storeTimestamp
    }
    const seconds = Math.floor((storeTimestamp - header.beginTimestamp) / 1000)
    const timeDiffSeconds = Math.min(Math.max(seconds, 0), TIME_DIFF_MAX)
    this.#append({ keyHash, phyOffset, timeDiffSeconds, previous })
    this.#slots.set(slot, header.indexCount)
    if (previous === 0) header.hashSlotCount++
    header.indexCount++
    header.endPhyOffset = phyOffset
    header.endTimestamp = storeTimestamp
  }

  #append(entry: IndexEntry): void {
    if (this.#tail.length === 0) {
      const entries = Math.min(TAIL_ENTRIES, this.#indexNum)
      this.#tail = Buffer.allocUnsafeSlow(entries * INDEX_ENTRY_SIZE)
    }
    if (this.#tailBytes === this.#tail.length) this.#writeEntries()
    writeIndexEntry(this.#tail, this.#tailBytes, entry)
    this.#tailBytes += INDEX_ENTRY_SIZE
  }

  #writeEntries(): void {
    if (this.#tailBytes === 0) return
    const position = this.#entryPosition(this.#writtenCount)
    this.#handle.writeSync(this.#tail.subarray(0, this.#tailBytes), position)
    this.#writtenCount += this.#tailBytes / INDEX_ENTRY_SIZE
    this.#tailBytes = 0
  }

  /** Brings all to the page cache. */
  write(): void {
    this.#writeEntries()
    this.#slots.write()
    this.#handle.writeSync(encodeIndexHeader(this.header), 0)
  }

  /** Brings all to the disk. */
  async flush(): Promise<void> {
    this.write()
    await this.#pinned(() => this.#handle.datasync())
  }

  /** Gives back the memory of a file that is full. */
  release(): void {
    this.#slots.release()
    this.#tail = Buffer.alloc(0)
  }

  /** Whether any entry may lie between the times. Source: store.index.IndexFile#isTimeMatched */
  isTimeMatched(beginMs: number, endMs: number): boolean {
    return beginMs <= this.header.endTimestamp && endMs >= this.header.beginTimestamp
  }

  /** Adds to `phyOffsets`, up to `maxNum`, where messages with this hash stand, the newest first. */
  select(
    phyOffsets: number[],
    keyHash: number,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<void> {
    return this.#pinned(() => this.#select(phyOffsets, keyHash, maxNum, beginMs, endMs))
  }

  async #select(
    phyOffsets: number[],
    keyHash: number,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<void> {
    let number = this.#slots.get(keyHash % this.hashSlotNum)
    const { beginTimestamp } = this.header
    while (number > 0 && number < this.header.indexCount && phyOffsets.length < maxNum) {
      const entry = await this.#read(number)
      const storeMs = beginTimestamp + entry.timeDiffSeconds * 1000
      if (entry.keyHash === keyHash && storeMs >= beginMs && storeMs <= endMs) {
        phyOffsets.push(entry.phyOffset)
      }
      if (entry.timeDiffSeconds < 0 || entry.previous >= number || storeMs < beginMs) return
      number = entry.previous
    }
  }

  async #read(number: number): Promise<IndexEntry> {
    if (number >= this.#writtenCount) {
      return readIndexEntry(this.#tail, (number - this.#writtenCount) * INDEX_ENTRY_SIZE)
    }
    const bytes = Buffer.alloc(INDEX_ENTRY_SIZE)
    await this.#handle.read(bytes, this.#entryPosition(number))
    return readIndexEntry(bytes, 0)
  }

  /** Up to `count` entries on the disk, from `number` on. */
  readEntries(number: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * INDEX_ENTRY_SIZE)
    this.#handle.readSync(bytes, this.#entryPosition(number))
    return bytes
  }

  /** Forgets all entries, in memory: `take` brings back those that are on the disk, one after the other. */
  clear(): void {
    this.#slots.clear()
    const { beginPhyOffset, beginTimestamp } = this.header
    Object.assign(this.header, {
      endPhyOffset: beginPhyOffset,
      endTimestamp: beginTimestamp,
      hashSlotCount: 0,
      indexCount: 1,
    })
  }

  /** Counts the next entry on the disk as there. */
  take(entry: IndexEntry): void {
    const { header } = this
    if (entry.previous === 0) header.hashSlotCount++
    this.#slots.set(entry.keyHash % this.hashSlotNum, header.indexCount)
    header.indexCount++
    header.endPhyOffset = entry.phyOffset
    header.endTimestamp = header.beginTimestamp + entry.timeDiffSeconds * 1000
  }

  /** Makes zero what stands on the disk behind the last entry that was taken. */
  cut(): void {
    this.#writtenCount = this.header.indexCount
    this.#handle.truncateSync(this.#entryPosition(this.#writtenCount))
    this.#handle.truncateSync(indexFileSize(this.hashSlotNum, this.#indexNum))
  }

  /** Closes the file, at once or when the last asynchronous call has ended. */
  close(): void {
    this.#closing = true
    if (this.#pins === 0) this.#handle.close()
  }

  async #pinned<T>(use: () => Promise<T>): Promise<T> {
    this.#pins++
    try {
      return await use()
    } finally {
      this.#pins--
      if (this.#closing && this.#pins === 0) this.#handle.close()
    }
  }
}

export function indexFileSize(hashSlotNum: number, indexNum: number): number {
  return INDEX_HEADER_SIZE + hashSlotNum * INDEX_SLOT_SIZE + indexNum * INDEX_ENTRY_SIZE
}
