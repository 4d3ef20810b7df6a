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
  /** @throws HeaderError when a required field is missing or a field's text is not of its kind */
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

/** Declares a header. */
export function defineHeader<const F extends Fields>(javaClass: string, fields: F): HeaderCodec<F> {
  const compiled: CompiledField[] = Object.entries(fields).map(([name, field]) => ({
    name,
    wireKey: field.wireKey ?? name,
    kind: field.kind,
    required: field.required,
  }))
  return {
    javaClass,
    fields,
    decode: (extFields) => decodeFields(compiled, extFields ?? {}) as HeaderValue<F>,
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
  for (const field of fields) {
    const text = extFields[field.wireKey]
    if (text !== undefined) value[field.name] = parseField(field, text)
    else if (field.required) throw new HeaderError(`the custom field <${field.wireKey}> is null`)
  }
  return value
}

function parseField(field: CompiledField, text: string): unknown {
  switch (field.kind) {
    case 'string':
      return text
    case 'int':
      return parseInt32(field, text)
    case 'long':
      return parseLong(field, text)
    case 'boolean':
      return text.toLowerCase() === 'true'
  }
}

const INTEGER = /^[+-]?\d{1,19}$/

function parseInt32(field: CompiledField, text: string): number {
  const value = INTEGER.test(text) ? Number(text) : NaN
  if ((value | 0) !== value) throw wrongType(field, 'an int', text)
  return value | 0
}

function parseLong(field: CompiledField, text: string): number {
  if (!INTEGER.test(text)) throw wrongType(field, 'a long', text)
  // Adding 0 makes 0 of -0.
  return Math.min(Math.max(Number(text), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0
}

function wrongType(field: CompiledField, kind: string, text: string): HeaderError {
  return new HeaderError(
    `the custom field <${field.wireKey}> is not ${kind}: ${JSON.stringify(text.slice(0, 40))}`,
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
