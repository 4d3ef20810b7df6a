import Long from 'long'
import { CodecError } from './errors.ts'
import type { JsonValue } from './fastjson.ts'
import type { JsonInput } from './fastjson-writer.ts'
import { stringifyJson } from './fastjson-writer.ts'

/** How one kind of value is read from JSON and written to it. Missing and null are the same. */
export interface JsonCodec<T> {
  /** @throws ShapeError when the value is missing and must be there, or is not of this kind */
  fromJson(value: JsonValue | undefined): T
  toJson(value: T): JsonInput
}

/** The type of the values of a codec: `type X = ValueOf<typeof X>`. */
export type ValueOf<C> = C extends JsonCodec<infer T> ? T : never

/** JSON of another shape than declared; `path` says where. */
export class ShapeError extends CodecError {
  override readonly name = 'ShapeError'
  readonly path: string
  readonly problem: string

  constructor(problem: string, path = '') {
    super(path === '' ? problem : `${path}: ${problem}`)
    this.path = path
    this.problem = problem
  }
}

/** The same error, seen from one level further out. */
export function within(name: string | number, error: unknown): unknown {
  if (!(error instanceof ShapeError)) return error
  return new ShapeError(error.problem, error.path === '' ? `${name}` : `${name}.${error.path}`)
}

/** Whether there is no value: missing and null are the same. */
export function isMissing(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null
}

/** The beginning of a value, for errors. */
export function describe(value: JsonValue): string {
  return stringifyJson(value).slice(0, 40)
}

/** A value read by `read`; where it is missing, `fallback`, or without that an error. */
function scalar<T extends JsonInput>(
  kind: string,
  read: (value: JsonValue) => T | undefined,
  fallback: T | undefined,
): JsonCodec<T> {
  return {
    fromJson(value) {
      if (isMissing(value)) {
        if (fallback === undefined) throw new ShapeError(`${kind} is missing`)
        return fallback
      }
      const result = read(value)
      if (result === undefined) throw new ShapeError(`${describe(value)} is not ${kind}`)
      return result
    },
    toJson: (value) => value,
  }
}

/** A string; numbers and booleans are taken as their text, as fastjson does. */
export function text(fallback?: string): JsonCodec<string> {
  return scalar(
    'a string',
    (value) => {
      if (typeof value === 'string') return value
      return typeof value === 'object' && !Long.isLong(value) ? undefined : String(value)
    },
    fallback,
  )
}

/** An int32; a string of digits will do, as for fastjson. */
export function int(fallback?: number): JsonCodec<number> {
  return scalar('an int', (value) => asInteger(value, -0x80000000, 0x7fffffff), fallback)
}

/** An int64 as a number, clamped to the safe range as in headers; a string of digits will do. */
export function long(fallback?: number): JsonCodec<number> {
  return scalar(
    'a long',
    (value) => {
      if (Long.isLong(value)) {
        return value.isNegative() ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
      }
      return asInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    },
    fallback,
  )
}

function asInteger(value: JsonValue, min: number, max: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined
  return number >= min && number <= max ? number : undefined
}

/** A floating-point number. */
export function real(fallback?: number): JsonCodec<number> {
  return scalar('a number', (value) => (typeof value === 'number' ? value : undefined), fallback)
}

/** A boolean; "true" and "false" will do. */
export function flag(fallback?: boolean): JsonCodec<boolean> {
  return scalar(
    'a boolean',
    (value) => {
      if (value === true || value === 'true') return true
      return value === false || value === 'false' ? false : undefined
    },
    fallback,
  )
}

/** One of the names of a Java enum. */
export function oneOf<const T extends string>(names: readonly T[], fallback?: T): JsonCodec<T> {
  return scalar(
    `one of ${names.join(', ')}`,
    (value) => names.find((name) => name === value),
    fallback,
  )
}

/** A value that may be missing. */
export function optional<T>(codec: JsonCodec<T>): JsonCodec<T | undefined> {
  return {
    fromJson: (value) => (isMissing(value) ? undefined : codec.fromJson(value)),
    toJson: (value) => (value === undefined ? undefined : codec.toJson(value)),
  }
}

/** A value that is made by `make` where it is missing. */
export function orElse<T>(codec: JsonCodec<T>, make: () => T): JsonCodec<T> {
  return {
    fromJson: (value) => (isMissing(value) ? make() : codec.fromJson(value)),
    toJson: (value) => codec.toJson(value),
  }
}
