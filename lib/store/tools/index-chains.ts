import type { IndexEntry } from '../../../codec/store/index-file.ts'
import type { IndexReader } from './index-reader.ts'

export type IndexFindingKind = 'index-entry' | 'index-chain' | 'index-header' | 'index-missing'
export type IndexReport = (kind: IndexFindingKind, position: number, text: string) => void

/** Follows the chains of one index file: makes the slots again, entry by entry, and compares them with those of the file. */
export class IndexChains {
  readonly #file: IndexReader
  readonly #hashSlotNum: number
  readonly #newest: Int32Array
  readonly #report: IndexReport
  #usedSlots = 0

  constructor(file: IndexReader, hashSlotNum: number, report: IndexReport) {
    this.#file = file
    this.#hashSlotNum = hashSlotNum
    this.#newest = new Int32Array(hashSlotNum)
    this.#report = report
  }

  /** Takes the next entry. */
  check(number: number, { keyHash, previous }: IndexEntry): void {
    const position = this.#file.entryPosition(number)
    if (keyHash < 0) {
      this.#report('index-entry', position, `entry ${number} has the hash ${keyHash}`)
      return
    }
    const slot = keyHash % this.#hashSlotNum
    const newest = this.#newest[slot] ?? 0
    if (newest === 0) this.#usedSlots++
    this.#newest[slot] = number
    if (previous === newest) return
    const text = `entry ${number} of slot ${slot} goes on at entry ${previous} instead of ${newest}`
    this.#report('index-chain', position, text)
  }

  /** All entries have been taken. */
  finish(): void {
    this.#file.forEachSlot((slot, newest) => {
      const expected = this.#newest[slot] ?? 0
      if (newest === expected) return
      const text = `slot ${slot} says entry ${newest}, its newest is ${expected}`
      this.#report('index-chain', this.#file.slotPosition(slot), text)
    })
    const { hashSlotCount } = this.#file.header
    if (hashSlotCount === this.#usedSlots) return
    const text = `the header tells of ${hashSlotCount} slots in use, there are ${this.#usedSlots}`
    this.#report('index-header', 32, text)
  }
}
