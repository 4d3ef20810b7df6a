/** What the defaults of some options depend on. */
export interface Machine {
  /** The user's home directory, Java's `user.home`. */
  readonly home: string
  readonly hostName: string
  readonly processors: number
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type OptionType = 'string' | 'int' | 'long' | 'double' | 'boolean' | 'enum'
export type OptionValue = string | number | boolean | undefined

/** A default that is the same everywhere, or one that Apache computes from the machine it runs on. */
export type OptionDefault<V> = V | ((machine: Machine) => V)

/** What an option's declaration may say beside its type and its default. */
export interface OptionDetails {
  /** What the option does here. An option without a text is known to Apache, kept and returned, without effect yet. */
  readonly text?: string
  /** Least allowed value of a number; its type's least when not given. */
  readonly min?: number
  /** Greatest allowed value of a number; its type's greatest when not given. */
  readonly max?: number
  /** The values implemented so far, when Apache knows more: others stop the start instead of being ignored. */
  readonly supported?: readonly OptionValue[]
  /** Not told by GET_BROKER_CONFIG nor changed at run time: in Apache a system property of Java, or of access control. */
  readonly systemProperty?: boolean
  /** Not printed; a file in which it is set is for its owner only when it is written anew. */
  readonly secret?: boolean
  /** Printed by `-m`: marked @ImportantField in Apache's class. */
  readonly important?: boolean
}

/**
 * One option of a configuration class, declared as data: from the declarations come the TypeScript types, the checks of
 * values, `-p` and docs/configuration.md.
 */
export interface Option<V extends OptionValue = OptionValue> extends OptionDetails {
  readonly type: OptionType
  readonly default: OptionDefault<V>
  /** Allowed values of an enum. */
  readonly values?: readonly string[]
  /** `active`: the server acts on it; `accepted`: kept and returned only. */
  readonly status: 'active' | 'accepted'
}

/** The options of one of Apache's configuration classes, by key. */
export type OptionTable = Readonly<Record<string, Option>>

/** The values that a table describes. They may change at run time (Configuration#update). */
export type ConfigOf<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never
}

export const INT_MAX = 2_147_483_647
const INT_MIN = -2_147_483_648

export function string(defaultValue: OptionDefault<string>, details?: OptionDetails) {
  return declare<string>('string', defaultValue, details)
}

/** A string that is null in Java when it is not set. */
export function optionalString(
  details?: OptionDetails,
  defaultValue?: OptionDefault<string | undefined>,
) {
  return declare<string | undefined>('string', defaultValue, details)
}

export function int(defaultValue: OptionDefault<number>, details?: OptionDetails) {
  return declare<number>('int', defaultValue, { min: INT_MIN, max: INT_MAX, ...details })
}

export function long(defaultValue: OptionDefault<number>, details?: OptionDetails) {
  const range = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
  return declare<number>('long', defaultValue, { ...range, ...details })
}

export function double(defaultValue: OptionDefault<number>, details?: OptionDetails) {
  return declare<number>('double', defaultValue, details)
}

export function boolean(defaultValue: OptionDefault<boolean>, details?: OptionDetails) {
  return declare<boolean>('boolean', defaultValue, details)
}

export function oneOf<const V extends string>(
  values: readonly V[],
  defaultValue: V,
  details?: OptionDetails,
) {
  return { ...declare<V>('enum', defaultValue, details), values }
}

/** Marks all options of a table as such that only the start reads. */
export function systemProperties<const T extends OptionTable>(table: T): T {
  const marked = Object.entries(table).map(([key, option]) => [
    key,
    { ...option, systemProperty: true },
  ])
  return Object.fromEntries(marked) as T
}

function declare<V extends OptionValue>(
  type: OptionType,
  defaultValue: OptionDefault<V>,
  details: OptionDetails = {},
): Option<V> {
  const status = details.text === undefined ? 'accepted' : 'active'
  return { type, default: defaultValue, status, ...details }
}
