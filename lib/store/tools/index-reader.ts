import {
  decodeIndexHeader,
  INDEX_ENTRY_SIZE,
  INDEX_HEADER_SIZE,
  INDEX_SLOT_SIZE,
  readIndexEntry,
  type IndexEntry,
  type IndexHeader,
} from '../../../codec/store/index-file.ts'
import type { FileHandle, FileSystem } from '../../common/file-system.ts'

const READ_ENTRIES = 50_000
const READ_SLOTS = 250_000

/** An index file that is only read, from its first entry to its last. */
export class IndexReader {
  readonly path: string
  readonly header: IndexHeader
  readonly #handle: FileHandle
  readonly #entriesPosition: number
  readonly #hashSlotNum: number
  #entries: Buffer = Buffer.alloc(0)
  /** Number of the first entry in `#entries`. */
  #firstNumber = 1

  constructor(fileSystem: FileSystem, path: string, hashSlotNum: number) {
    this.path = path
    this.#hashSlotNum = hashSlotNum
    this.#handle = fileSystem.open(path, 'r')
    const head = Buffer.alloc(INDEX_HEADER_SIZE)
    this.#handle.readSync(head, 0)
    this.header = decodeIndexHeader(head)
    this.#entriesPosition = INDEX_HEADER_SIZE + hashSlotNum * INDEX_SLOT_SIZE
  }

  /** Where in the file an entry is. */
  entryPosition(number: number): number {
    return this.#entriesPosition + number * INDEX_ENTRY_SIZE
  }

  slotPosition(slot: number): number {
    return INDEX_HEADER_SIZE + slot * INDEX_SLOT_SIZE
  }

  /** undefined for numbers that have not been given. */
  entry(number: number): IndexEntry | undefined {
    if (number < 1 || number >= this.header.indexCount) return undefined
    const at = (number - this.#firstNumber) * INDEX_ENTRY_SIZE
    if (at >= 0 && at + INDEX_ENTRY_SIZE <= this.#entries.length) {
      return readIndexEntry(this.#entries, at)
    }
    this.#entries = this.#read(this.entryPosition(number), READ_ENTRIES * INDEX_ENTRY_SIZE)
    this.#firstNumber = number
    return this.#entries.length < INDEX_ENTRY_SIZE ? undefined : readIndexEntry(this.#entries, 0)
  }

  /** Calls `onSlot` for each slot in turn. */
  forEachSlot(onSlot: (slot: number, newest: number) => void): void {
    for (let slot = 0; slot < this.#hashSlotNum; slot += READ_SLOTS) {
      const count = Math.min(READ_SLOTS, this.#hashSlotNum - slot)
      const slots = this.#read(this.slotPosition(slot), count * INDEX_SLOT_SIZE)
      const whole = Math.floor(slots.length / INDEX_SLOT_SIZE)
      for (let i = 0; i < whole; i++) onSlot(slot + i, slots.readInt32BE(i * INDEX_SLOT_SIZE))
    }
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, this.#handle.readSync(bytes, position))
  }

  close(): void {
    this.#handle.close()
  }
}
