import type { JsonObject, JsonValue } from '../fastjson.ts'
import { parseJson } from '../fastjson.ts'
import type { BodyCodec } from '../json-schema.ts'

/** `codec` that takes the fields of its object under further names, too. Apache: JSONField#alternateNames */
export function withLongNames<T>(
  codec: BodyCodec<T>,
  longNames: Readonly<Record<string, string>>,
): BodyCodec<T> {
  const names = Object.entries(longNames)
  const shorten = (value: JsonValue | undefined): JsonValue | undefined => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const object = value as JsonObject
    if (!names.some(([longName]) => longName in object)) return value
    const shortened: JsonObject = { ...object }
    for (const [longName, name] of names) shortened[name] ??= object[longName] ?? null
    return shortened
  }
  return {
    ...codec,
    fromJson: (value) => codec.fromJson(shorten(value)),
    decode: (body) => codec.fromJson(shorten(body === undefined ? undefined : parseJson(body))),
  }
}
