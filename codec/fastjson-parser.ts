import Long from 'long'
import { CodecError } from './errors.ts'

/**
 * What a JSON text holds. An integer beyond 2^53 is a Long, so that no digit is lost. An object that stands as a key
 * (`{{"topic":"T"}:1}`) becomes the text of its JSON, which is also the legal way to write such a key.
 */
export type JsonValue = null | boolean | number | string | Long | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
/** A key without quotes: a number or a Java identifier. */
const BARE_KEY = /-?[\w$]+/y
const BACKSLASH = 0x5c
const ESCAPE = /\\(u[0-9a-fA-F]{4}|[^])/g
const ESCAPED: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
}

/**
 * A recursive-descent parser for JSON and for what fastjson's default features allow beyond it: keys that are numbers,
 * bare names or objects, strings in single quotes, control characters in strings.
 */
export class FastjsonParser {
  readonly #text: string
  readonly #maxDepth: number
  #position = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** @throws CodecError */
  parse(): JsonValue {
    const value = this.#value(0)
    this.#skipBlanks()
    if (this.#position < this.#text.length) throw this.#error('text after the end')
    return value
  }

  #value(depth: number): JsonValue {
    this.#skipBlanks()
    const char = this.#text[this.#position]
    if (char === '{') return this.#object(depth + 1)
    if (char === '[') return this.#array(depth + 1)
    if (char === '"' || char === "'") return this.#string(char)
    if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) return this.#number()
    if (this.#word('true')) return true
    if (this.#word('false')) return false
    if (this.#word('null')) return null
    throw this.#error('a value expected')
  }

  #object(depth: number): JsonObject {
    this.#enter(depth)
    const object: JsonObject = {}
    if (this.#accept('}')) return object
    do {
      const key = this.#key(depth)
      this.#expect(':')
      setOwn(object, key, this.#value(depth))
    } while (this.#accept(','))
    this.#expect('}')
    return object
  }

  #key(depth: number): string {
    this.#skipBlanks()
    const start = this.#position
    const char = this.#text[start]
    if (char === '"' || char === "'") return this.#string(char)
    if (char === '{') {
      this.#object(depth + 1)
      return this.#text.slice(start, this.#position)
    }
    const key = this.#match(BARE_KEY)
    if (key === undefined) throw this.#error('a key expected')
    return key
  }

  #array(depth: number): JsonValue[] {
    this.#enter(depth)
    const array: JsonValue[] = []
    if (this.#accept(']')) return array
    do array.push(this.#value(depth))
    while (this.#accept(','))
    this.#expect(']')
    return array
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw this.#error(`nested deeper than ${this.#maxDepth} levels`)
    this.#position++
  }

  #number(): number | Long {
    const text = this.#match(NUMBER)
    if (text === undefined) throw this.#error('a number expected')
    const value = Number(text)
    if (Number.isSafeInteger(value) || /[.eE]/.test(text)) return value
    const long = text.length <= 20 ? Long.fromString(text) : Long.ZERO
    if (long.toString() !== text) throw this.#error(`${text.slice(0, 40)} is no 64-bit integer`)
    return long
  }

  #string(quote: string): string {
    const start = this.#position + 1
    const end = this.#endOfString(start, quote.charCodeAt(0))
    const raw = this.#text.slice(start, end)
    this.#position = end + 1
    if (!raw.includes('\\')) return raw
    return raw.replace(ESCAPE, (_, code: string) => this.#unescape(code))
  }

  #endOfString(start: number, quote: number): number {
    for (let i = start; i < this.#text.length; i++) {
      const char = this.#text.charCodeAt(i)
      if (char === quote) return i
      if (char === BACKSLASH) i++
    }
    throw this.#error('a string without end')
  }

  #unescape(code: string): string {
    if (code.length === 5) return String.fromCharCode(parseInt(code.slice(1), 16))
    const char = ESCAPED[code]
    if (char === undefined) throw this.#error(`an unknown escape \\${code} before this`)
    return char
  }

  #skipBlanks(): void {
    let char = this.#text.charCodeAt(this.#position)
    while (char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09) {
      char = this.#text.charCodeAt(++this.#position)
    }
  }

  #accept(char: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#position] !== char) return false
    this.#position++
    return true
  }

  #expect(char: string): void {
    if (!this.#accept(char)) throw this.#error(`'${char}' expected`)
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#position)) return false
    this.#position += word.length
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#text)?.[0]
    if (match !== undefined) this.#position += match.length
    return match
  }

  #error(what: string): CodecError {
    return new CodecError(`invalid JSON at character ${this.#position}: ${what}`)
  }
}

/** Sets a property as JSON.parse does: `__proto__` is a key like any other. */
function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value
  else {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}
