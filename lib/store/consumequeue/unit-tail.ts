const FIRST_CAPACITY = 16

/**
 * The last units of a queue in memory, encoded as on the disk, in a buffer that grows with use. Units that are not on
 * the disk yet always stay.
 */
export class UnitTail {
  readonly #unitSize: number
  #buffer: Buffer = Buffer.alloc(0)
  /** Number of the first unit in the buffer. */
  #start: number
  #count = 0

  constructor(unitSize: number, start: number) {
    this.#unitSize = unitSize
    this.#start = start
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#start + this.#count
  }

  get capacityBytes(): number {
    return this.#buffer.length
  }

  get buffer(): Buffer {
    return this.#buffer
  }

  /** Where in `buffer` the next unit goes; -1 when there is no room: the caller has to `grow` or to `drop` first. */
  append(): number {
    const position = this.#count * this.#unitSize
    if (position === this.#buffer.length) return -1
    this.#count++
    return position
  }

  /** Doubles the room. */
  grow(): void {
    const units = Math.max(this.#buffer.length / this.#unitSize, FIRST_CAPACITY / 2) * 2
    const bigger = Buffer.allocUnsafeSlow(units * this.#unitSize)
    this.#buffer.copy(bigger, 0, 0, this.#count * this.#unitSize)
    this.#buffer = bigger
  }

  /** Forgets the units below `start`, which are on the disk. */
  drop(start: number): void {
    const from = (start - this.#start) * this.#unitSize
    this.#buffer.copyWithin(0, from, this.#count * this.#unitSize)
    this.#count -= start - this.#start
    this.#start = start
  }

  /** A view of the units from `from` up to `to`, valid until the next append. */
  view(from: number, to: number): Buffer {
    return this.#buffer.subarray(
      (from - this.#start) * this.#unitSize,
      (to - this.#start) * this.#unitSize,
    )
  }
}
