import { readExtUnit, type CqExtUnit } from '../../../codec/store/consume-queue-ext-unit.ts'

/** A stretch of a queue's consume queue ext. */
export class ExtWindow {
  readonly #bytes: Buffer
  readonly #startOffset: number

  constructor(bytes: Buffer, startOffset: number) {
    this.#bytes = bytes
    this.#startOffset = startOffset
  }

  /** The unit at an offset; undefined when it is not here. */
  get(offset: number): CqExtUnit | undefined {
    const position = offset - this.#startOffset
    return position < 0 ? undefined : readExtUnit(this.#bytes, position)
  }

  /** The same with bytes of its own. */
  copy(): ExtWindow {
    return new ExtWindow(Buffer.from(this.#bytes), this.#startOffset)
  }
}
