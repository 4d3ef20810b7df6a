import { NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR } from './properties.ts'

const PROPERTY_BYTE = 0x02
const PLUS = 0x2b
const MINUS = 0x2d
const DIGIT_ZERO = 0x30
/** Integers of fewer digits are exact and in range while they are summed up. */
const SAFE_DIGITS = 15

/** The name of a property, made ready for looking it up in bytes. ASCII. */
export class PropertyName {
  readonly text: string
  /** The name between its separators. */
  readonly needle: Buffer
  /**
   * How far to go back from a place at which the needle does not begin, by the byte that stands there: to where this byte
   * would fit in, or over the whole needle.
   */
  readonly shifts: Uint16Array

  constructor(text: string) {
    this.text = text
    this.needle = Buffer.from(PROPERTY_SEPARATOR + text + NAME_VALUE_SEPARATOR, 'latin1')
    this.shifts = new Uint16Array(256).fill(this.needle.length)
    for (let i = this.needle.length - 1; i > 0; i--) this.shifts[this.needle[i] as number] = i
  }
}

/**
 * Reads single properties out of encoded ones (properties.ts) where they lie, without decoding the rest. Made once and
 * used for many messages: `reset`, then `find`, then one of those that tell about the value found.
 */
export class PropertyReader {
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0
  #valueStart = 0
  #valueEnd = 0

  /** From now on about the properties that lie in `bytes` between `start` and `end`. */
  reset(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /**
   * Whether there is such a property, with a value. Of two with the same name the last one counts, so this goes backwards,
   * with the steps of Horspool's search.
   */
  find({ needle, shifts }: PropertyName): boolean {
    const bytes = this.#bytes
    const start = this.#start
    let at = this.#end - needle.length - 1
    while (at >= start) {
      const byte = bytes[at] as number
      if (byte === PROPERTY_BYTE && this.#isAt(at, needle)) return true
      at -= shifts[byte] as number
    }
    // No separator stands before the first property.
    return this.#isAt(start - 1, needle)
  }

  /** Whether the needle lies at `at`, but for its first byte, with a value behind it. */
  #isAt(at: number, needle: Buffer): boolean {
    const bytes = this.#bytes
    const valueStart = at + needle.length
    if (valueStart >= this.#end || bytes[valueStart] === PROPERTY_BYTE) return false
    for (let i = 1; i < needle.length; i++) {
      if (bytes[at + i] !== needle[i]) return false
    }
    let valueEnd = valueStart + 1
    while (valueEnd < this.#end && bytes[valueEnd] !== PROPERTY_BYTE) valueEnd++
    this.#valueStart = valueStart
    this.#valueEnd = valueEnd
    return true
  }

  /** The value that was found. */
  get text(): string {
    return this.#bytes.toString('utf8', this.#valueStart, this.#valueEnd)
  }

  /** Whether the value found is this text, in UTF-8. */
  isText(text: Buffer): boolean {
    if (this.#valueEnd - this.#valueStart !== text.length) return false
    for (let i = 0; i < text.length; i++) {
      if (this.#bytes[this.#valueStart + i] !== text[i]) return false
    }
    return true
  }

  /** The value found as an integer; undefined when it is none, or has more than 15 digits. */
  get integer(): number | undefined {
    const first = this.#bytes[this.#valueStart]
    let at = this.#valueStart + (first === MINUS || first === PLUS ? 1 : 0)
    const digits = this.#valueEnd - at
    if (digits === 0 || digits > SAFE_DIGITS) return undefined
    let value = 0
    for (; at < this.#valueEnd; at++) {
      const digit = (this.#bytes[at] as number) - DIGIT_ZERO
      if (digit < 0 || digit > 9) return undefined
      value = value * 10 + digit
    }
    return first === MINUS ? -value : value
  }
}
