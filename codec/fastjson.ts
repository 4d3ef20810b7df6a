import { CodecError } from './errors.ts'
import type { JsonValue } from './fastjson-parser.ts'
import { FastjsonParser } from './fastjson-parser.ts'

export type { JsonObject, JsonValue } from './fastjson-parser.ts'

/** Limits that no body of the protocol comes near: levels of nesting, and characters of text. */
const MAX_DEPTH = 64
const MAX_LENGTH = 67_108_864

/**
 * Reads JSON as fastjson writes it: numbers, names and whole objects may stand unquoted as keys.
 *
 * Most bodies are plain JSON, and for those the engine's parser is several times as fast; it gets each text that it
 * reads without loss, and the lenient one what it refuses.
 *
 * @throws CodecError that names what is wrong and where
 */
export function parseJson(source: Buffer | string): JsonValue {
  const text = typeof source === 'string' ? source : source.toString('utf8')
  if (text.length > MAX_LENGTH)
    throw new CodecError(`JSON of ${text.length} characters is too long`)
  if (isExactForJsonParse(text)) {
    try {
      return JSON.parse(text) as JsonValue
    } catch {
      // Not plain JSON: the lenient parser either reads it or says what is wrong with it.
    }
  }
  return new FastjsonParser(text, MAX_DEPTH).parse()
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
/** Integers of so many digits may exceed 2^53. */
const LONG_DIGITS = 16

/** Whether nesting is within bounds and no number outside of strings is so long that JSON.parse could round it. */
function isExactForJsonParse(text: string): boolean {
  let depth = 0
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char >= 0x30 && char <= 0x39) {
      if (++digits === LONG_DIGITS) return false
      continue
    }
    digits = 0
    if (char === QUOTE) i = endOfString(text, i)
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return false
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) depth--
  }
  return true
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  for (; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === QUOTE) break
    if (char === BACKSLASH) i++
  }
  return i
}
