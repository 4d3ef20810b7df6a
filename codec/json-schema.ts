import Long from 'long'
import type { JsonObject, JsonValue } from './fastjson.ts'
import { parseJson } from './fastjson.ts'
import type { JsonInput, JsonWriteOptions, KeyStyle } from './fastjson-writer.ts'
import { stringifyJson } from './fastjson-writer.ts'
import type { JsonCodec, ValueOf } from './json-codec.ts'
import { ShapeError, describe, isMissing, within } from './json-codec.ts'

/*
 * JSON bodies as data, as schema.ts does it for headers: a body is declared once, and from the declaration come its type,
 * `decode` and `encode`. Unknown fields are passed over, so that newer peers are understood.
 */

/** A list or set; missing is empty. */
export function list<T>(codec: JsonCodec<T>): JsonCodec<T[]> {
  return {
    fromJson(value) {
      if (isMissing(value)) return []
      if (!Array.isArray(value)) throw new ShapeError(`${describe(value)} is not a list`)
      return value.map((item, index) => {
        try {
          return codec.fromJson(item)
        } catch (error) {
          throw within(index, error)
        }
      })
    },
    toJson: (value) => value.map((item) => codec.toJson(item)),
  }
}

/** A map by name; missing is empty. Null entries are passed over. */
export function table<T>(codec: JsonCodec<T>): JsonCodec<Map<string, T>> {
  return tableBy((key) => key, codec)
}

/** A map by number, as Java has it for queue and broker ids; missing is empty. */
export function numberTable<T>(codec: JsonCodec<T>): JsonCodec<Map<number, T>> {
  return tableBy((key) => {
    if (!/^-?\d{1,15}$/.test(key)) throw new ShapeError('the key is not a number')
    return Number(key)
  }, codec)
}

function tableBy<K extends string | number, T>(
  toKey: (key: string) => K,
  codec: JsonCodec<T>,
): JsonCodec<Map<K, T>> {
  return {
    fromJson(value) {
      const map = new Map<K, T>()
      for (const [key, item] of entries(value)) {
        try {
          map.set(toKey(key), codec.fromJson(item))
        } catch (error) {
          throw within(key, error)
        }
      }
      return map
    },
    toJson: (value) => new Map(Array.from(value, ([key, item]) => [key, codec.toJson(item)])),
  }
}

/**
 * A map whose keys are objects, as a list of pairs; missing is empty. It reads all forms of such keys: `{{..}:..}`, the same
 * with bare names, and a string that holds the object's JSON.
 */
export function objectTable<K extends object, T>(
  keyCodec: JsonCodec<K>,
  codec: JsonCodec<T>,
): JsonCodec<[K, T][]> {
  return {
    fromJson: (value) =>
      entries(value).map(([key, item]) => {
        try {
          return [keyCodec.fromJson(parseJson(key)), codec.fromJson(item)]
        } catch (error) {
          throw within(key, error)
        }
      }),
    toJson: (value) =>
      new Map(
        value.map(([key, item]) => [
          keyCodec.toJson(key) as { [name: string]: JsonInput },
          codec.toJson(item),
        ]),
      ),
  }
}

function entries(value: JsonValue | undefined): [string, JsonValue][] {
  if (isMissing(value)) return []
  return Object.entries(asObject(value)).filter(([, item]) => item !== null)
}

function asObject(value: JsonValue): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !Long.isLong(value)) {
    return value
  }
  throw new ShapeError(`${describe(value)} is not an object`)
}

/** The fields of a declared object. */
export type JsonFields = Readonly<Record<string, JsonCodec<unknown>>>

/** The value that a declaration describes. */
export type ObjectValue<F extends JsonFields> = {
  -readonly [N in keyof F as undefined extends ValueOf<F[N]> ? never : N]: ValueOf<F[N]>
} & {
  -readonly [N in keyof F as undefined extends ValueOf<F[N]> ? N : never]?: ValueOf<F[N]>
}

/** An object with named fields. They are written in alphabetical order, as fastjson writes the fields of a bean. */
export function object<const F extends JsonFields>(fields: F): JsonCodec<ObjectValue<F>> {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    fromJson(value) {
      if (isMissing(value)) throw new ShapeError('an object is missing')
      return readFields(sorted, asObject(value)) as ObjectValue<F>
    },
    toJson: (value) => writeFields(sorted, value),
  }
}

type FieldList = readonly (readonly [string, JsonCodec<unknown>])[]

function readFields(fields: FieldList, source: JsonObject): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, codec] of fields) {
    try {
      const item = codec.fromJson(source[name])
      if (item !== undefined) result[name] = item
    } catch (error) {
      throw within(name, error)
    }
  }
  return result
}

function writeFields(
  fields: FieldList,
  value: Readonly<Record<string, unknown>>,
): Record<string, JsonInput> {
  const result: Record<string, JsonInput> = {}
  for (const [name, codec] of fields) {
    const item = value[name]
    if (item !== undefined) result[name] = codec.toJson(item)
  }
  return result
}

/** A declared body. `javaClass` is the simple name of the Apache class. It can stand inside other bodies too. */
export interface BodyCodec<T> extends JsonCodec<T> {
  readonly javaClass: string
  /** @throws CodecError when the bytes are missing, not JSON, or not of this shape; the message says where */
  decode(body: Buffer | string | undefined): T
  encode(value: T, options?: JsonWriteOptions): Buffer
}

/** Declares a body. `keys` is how it is written unless the caller of `encode` says otherwise. */
export function defineBody<const F extends JsonFields>(
  javaClass: string,
  fields: F,
  keys: KeyStyle = 'quoted',
): BodyCodec<ObjectValue<F>> {
  const codec = object(fields)
  return {
    javaClass,
    fromJson: (value) => codec.fromJson(value),
    toJson: (value) => codec.toJson(value),
    decode(body) {
      try {
        return codec.fromJson(body === undefined ? undefined : parseJson(body))
      } catch (error) {
        throw within(javaClass, error)
      }
    },
    encode: (value, options) =>
      Buffer.from(stringifyJson(codec.toJson(value), { keys, ...options }), 'utf8'),
  }
}
