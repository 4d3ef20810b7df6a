import { INDEX_HEADER_SIZE, INDEX_SLOT_SIZE } from '../../../codec/store/index-file.ts'
import type { FileHandle } from '../../common/file-system.ts'

const PAGE_BYTES = 4096

/** The hash slots of an index file, in pages that are loaded when first used and written behind. */
export class SlotTable {
  readonly #handle: FileHandle
  readonly #bytes: number
  #pages: (Buffer | undefined)[] = []
  readonly #dirty = new Set<number>()
  /** The file has nothing but zeroes where no page has been loaded. */
  #isFresh: boolean

  constructor(handle: FileHandle, slotCount: number, isFresh: boolean) {
    this.#handle = handle
    this.#bytes = slotCount * INDEX_SLOT_SIZE
    this.#isFresh = isFresh
  }

  get(slot: number): number {
    const position = slot * INDEX_SLOT_SIZE
    return this.#page(position).readInt32BE(position % PAGE_BYTES)
  }

  set(slot: number, value: number): void {
    const position = slot * INDEX_SLOT_SIZE
    this.#page(position).writeInt32BE(value, position % PAGE_BYTES)
    this.#dirty.add(Math.floor(position / PAGE_BYTES))
  }

  #page(position: number): Buffer {
    const number = Math.floor(position / PAGE_BYTES)
    return this.#pages[number] ?? this.#load(number)
  }

  #load(number: number): Buffer {
    const page = Buffer.alloc(Math.min(PAGE_BYTES, this.#bytes - number * PAGE_BYTES))
    if (!this.#isFresh) this.#handle.readSync(page, INDEX_HEADER_SIZE + number * PAGE_BYTES)
    this.#pages[number] = page
    return page
  }

  /** Makes all slots empty, in memory; `write` brings it to the file. */
  clear(): void {
    this.#pages = []
    this.#isFresh = true
    for (let position = 0; position < this.#bytes; position += PAGE_BYTES) {
      this.#page(position)
      this.#dirty.add(position / PAGE_BYTES)
    }
  }

  /** Writes what has changed, neighbouring pages together. */
  write(): void {
    const numbers = [...this.#dirty].sort((a, b) => a - b)
    for (let i = 0; i < numbers.length;) {
      const first = numbers[i] as number
      let count = 1
      while (numbers[i + count] === first + count) count++
      const pages = numbers.slice(i, i + count).map((number) => this.#pages[number] as Buffer)
      this.#handle.writeSync(Buffer.concat(pages), INDEX_HEADER_SIZE + first * PAGE_BYTES)
      i += count
    }
    this.#dirty.clear()
  }

  /** Gives the memory back; pages that have been written are loaded again when used. */
  release(): void {
    this.write()
    this.#pages = []
    this.#isFresh = false
  }
}
