import { CQ_STORE_UNIT_SIZE, writeUnit } from '../../../codec/store/consume-queue-unit.ts'

const FIRST_CAPACITY = 16

/**
 * The last units of a queue in memory, encoded as on the disk, in a buffer that grows with use. Units that are not on
 * the disk yet always stay.
 */
export class UnitTail {
  #buffer: Buffer = Buffer.alloc(0)
  /** Queue offset of the first unit in the buffer. */
  #startOffset: number
  #count = 0

  constructor(startOffset: number) {
    this.#startOffset = startOffset
  }

  get startOffset(): number {
    return this.#startOffset
  }

  get endOffset(): number {
    return this.#startOffset + this.#count
  }

  get capacityBytes(): number {
    return this.#buffer.length
  }

  /** False when there is no room: the caller has to `grow` or to `drop` first. */
  append(commitLogOffset: number, size: number, tagsCode: number): boolean {
    const position = this.#count * CQ_STORE_UNIT_SIZE
    if (position === this.#buffer.length) return false
    writeUnit(this.#buffer, position, commitLogOffset, size, tagsCode)
    this.#count++
    return true
  }

  /** Doubles the room. */
  grow(): void {
    const units = Math.max(this.#buffer.length / CQ_STORE_UNIT_SIZE, FIRST_CAPACITY / 2) * 2
    const bigger = Buffer.allocUnsafeSlow(units * CQ_STORE_UNIT_SIZE)
    this.#buffer.copy(bigger, 0, 0, this.#count * CQ_STORE_UNIT_SIZE)
    this.#buffer = bigger
  }

  /** Forgets the units below `offset`, which are on the disk. */
  drop(offset: number): void {
    const from = (offset - this.#startOffset) * CQ_STORE_UNIT_SIZE
    this.#buffer.copyWithin(0, from, this.#count * CQ_STORE_UNIT_SIZE)
    this.#count -= offset - this.#startOffset
    this.#startOffset = offset
  }

  /** A view of the units from `from` up to `to`, valid until the next append. */
  view(from: number, to: number): Buffer {
    return this.#buffer.subarray(
      (from - this.#startOffset) * CQ_STORE_UNIT_SIZE,
      (to - this.#startOffset) * CQ_STORE_UNIT_SIZE,
    )
  }
}
