import { CodecError } from './errors.ts'
import type { ExtFields } from './remoting-command.ts'

/**
 * Custom headers as data: a header is declared once, and from the declaration come its TypeScript type, `decode` and
 * `encode`. The order of the fields is the order in which Apache's fast codec writes them, where it has one.
 *
 * Kinds: `string`; `int` (int32); `long` (int64, as a number: a value beyond 2^53 can only mean "without bound" in an
 * offset or a time and is clamped to the safe range); `boolean`.
 */
export interface FieldTypes {
  string: string
  int: number
  long: number
  boolean: boolean
}
export type FieldKind = keyof FieldTypes

/** One field: its kind, whether a request without it is refused, and its key on the wire where that differs. */
export interface Field<K extends FieldKind = FieldKind, R extends boolean = boolean> {
  readonly kind: K
  readonly required: R
  readonly wireKey?: string
}

export type Fields = Readonly<Record<string, Field>>

/** The value that a declaration describes. */
export type HeaderValue<F extends Fields> = {
  -readonly [N in keyof F as F[N]['required'] extends true ? N : never]: FieldTypes[F[N]['kind']]
} & {
  -readonly [N in keyof F as F[N]['required'] extends true ? never : N]?:
    FieldTypes[F[N]['kind']] | undefined
}

export function required<K extends FieldKind>(kind: K, wireKey?: string): Field<K, true> {
  return wireKey === undefined ? { kind, required: true } : { kind, required: true, wireKey }
}

export function optional<K extends FieldKind>(kind: K, wireKey?: string): Field<K, false> {
  return wireKey === undefined ? { kind, required: false } : { kind, required: false, wireKey }
}

/** Fields that a request header may carry beside its own. Source: remoting.rpc.RpcRequestHeader */
export const RPC_FIELDS = {
  ns: optional('string'),
  nsd: optional('boolean'),
  bname: optional('string'),
  oway: optional('boolean'),
}

/** The same for requests that concern one topic or queue. Source: remoting.rpc.TopicRequestHeader */
export const TOPIC_RPC_FIELDS = { lo: optional('boolean'), ...RPC_FIELDS }

/** A field that is missing or not of its kind. The remark names it. */
export class HeaderError extends CodecError {
  override readonly name = 'HeaderError'
}

/** A declared header. `javaClass` is the simple name of the Apache class. */
export interface HeaderCodec<F extends Fields> {
  readonly javaClass: string
  readonly fields: F
  /**
   * Optional fields that are missing are undefined.
   * @throws HeaderError when a required field is missing or a field's text is not of its kind
   */
  decode(extFields: ExtFields | undefined): HeaderValue<F>
  /** Fields that are undefined are left out. */
  encode(value: HeaderValue<F>): ExtFields
}

interface CompiledField {
  readonly name: string
  readonly wireKey: string
  readonly kind: FieldKind
  readonly required: boolean
}

/**
 * Declares a header. For the few on the hot path `fastDecode` may read the same fields into an object literal, which is many
 * times as fast as the loop over the declaration; tests hold the two equal.
 */
export function defineHeader<const F extends Fields>(
  javaClass: string,
  fields: F,
  fastDecode?: (extFields: ExtFields) => HeaderValue<F>,
): HeaderCodec<F> {
  const compiled: CompiledField[] = Object.entries(fields).map(([name, field]) => ({
    name,
    wireKey: field.wireKey ?? name,
    kind: field.kind,
    required: field.required,
  }))
  const decode =
    fastDecode ?? ((extFields: ExtFields) => decodeFields(compiled, extFields) as HeaderValue<F>)
  return {
    javaClass,
    fields,
    decode: (extFields) => decode(extFields ?? {}),
    encode: (value) => encodeFields(compiled, value),
  }
}

/** The type of the value of a declared header: `type X = HeaderOf<typeof X>`. */
export type HeaderOf<C> = C extends HeaderCodec<infer F> ? HeaderValue<F> : never

function decodeFields(
  fields: readonly CompiledField[],
  extFields: ExtFields,
): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const { name, wireKey, kind, required } of fields) {
    const text = extFields[wireKey]
    value[name] =
      text === undefined && !required
        ? undefined
        : parseField(kind, requireField(text, wireKey), wireKey)
  }
  return value
}

function parseField(kind: FieldKind, text: string, wireKey: string): string | number | boolean {
  switch (kind) {
    case 'string':
      return text
    case 'int':
      return parseInt32(text, wireKey)
    case 'long':
      return parseLong(text, wireKey)
    case 'boolean':
      return parseFlag(text)
  }
}

/** @throws HeaderError when there is no text */
export function requireField(text: string | undefined, wireKey: string): string {
  if (text === undefined) throw new HeaderError(`the custom field <${wireKey}> is null`)
  return text
}

/** "true" in whatever case is true, all else is false, as in Java. */
function parseFlag(text: string): boolean {
  return text === 'true' || text.toLowerCase() === 'true'
}

const INTEGER = /^[+-]?\d{1,19}$/

/** @throws HeaderError when the text is not an int32 */
export function parseInt32(text: string, wireKey: string): number {
  const short = parseDigits(text, 9)
  if (short >= 0) return short
  const value = INTEGER.test(text) ? Number(text) : NaN
  if ((value | 0) !== value) throw wrongType(wireKey, 'an int', text)
  return value | 0
}

/**
 * An int64, clamped to the safe range.
 * @throws HeaderError when the text is not an integer
 */
export function parseLong(text: string, wireKey: string): number {
  const short = parseDigits(text, 15)
  if (short >= 0) return short
  if (!INTEGER.test(text)) throw wrongType(wireKey, 'a long', text)
  // Adding 0 makes 0 of -0.
  return Math.min(Math.max(Number(text), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0
}

export function optionalFlag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : parseFlag(text)
}

/** @throws HeaderError when there is a text and it is not an int32 */
export function optionalInt32(text: string | undefined, wireKey: string): number | undefined {
  return text === undefined ? undefined : parseInt32(text, wireKey)
}

/** The number that at most `max` digits stand for, or -1 when the text is anything else: nearly all numbers are that. */
function parseDigits(text: string, max: number): number {
  if (text.length === 0 || text.length > max) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function wrongType(wireKey: string, kind: string, text: string): HeaderError {
  return new HeaderError(
    `the custom field <${wireKey}> is not ${kind}: ${JSON.stringify(text.slice(0, 40))}`,
  )
}

function encodeFields(
  fields: readonly CompiledField[],
  value: Record<string, string | number | boolean | undefined>,
): ExtFields {
  const extFields: ExtFields = {}
  for (const field of fields) {
    const item = value[field.name]
    if (item !== undefined) extFields[field.wireKey] = String(item)
  }
  return extFields
}
