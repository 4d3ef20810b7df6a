import { ConfigError } from './errors.ts'
import { nearestKey } from './nearest-key.ts'
import type { ConfigOf, Machine, Option, OptionTable, OptionValue } from './option.ts'
import { isRefusal, parseValue } from './parse-value.ts'

/** Settings from one place. */
export interface Layer {
  /** How messages call the place: `broker.conf`, `environment`, `command line`. */
  readonly source: string
  readonly entries: ReadonlyMap<string, string>
  /** What an option is called there, when that is not its key. */
  readonly nameOf?: (key: string) => string
}

/** Option tables by the names under which their configurations are wanted. */
export type OptionTables = Readonly<Record<string, OptionTable>>

/** A configuration object of each table. */
export type Configs<T extends OptionTables> = { readonly [N in keyof T]: ConfigOf<T[N]> }

export interface LoadedConfigs<T extends OptionTables> {
  readonly tables: T
  readonly configs: Configs<T>
  /** What the layers set of the options in the tables, as text. */
  readonly given: ReadonlyMap<string, string>
  /** Entries whose keys no table has. */
  readonly unknown: ReadonlyMap<string, string>
  /** One line for each unknown key. */
  readonly warnings: readonly string[]
}

/**
 * Configurations out of layers, the weakest first. A key that several tables have (listenPort) is set in all of them.
 * @throws ConfigError for the first value that is not allowed, even when a stronger layer replaces it
 */
export function loadConfigs<const T extends OptionTables>(
  tables: T,
  layers: readonly Layer[],
  machine: Machine,
): LoadedConfigs<T> {
  const given = new Map<string, string>()
  const unknown = new Map<string, string>()
  const warnings: string[] = []
  for (const layer of layers) {
    for (const [key, text] of layer.entries) {
      checkEntry(tables, layer, key, text)
      if (isKnown(tables, key)) given.set(key, text)
      else {
        unknown.set(key, text)
        warnings.push(describeUnknown(tables, layer.source, key))
      }
    }
  }
  const configs: Record<string, unknown> = {}
  for (const [name, table] of Object.entries(tables)) configs[name] = fill(table, given, machine)
  return { tables, configs: configs as Configs<T>, given, unknown, warnings }
}

/** @throws ConfigError when a table has the key and its option does not take the value */
export function checkEntry(
  tables: OptionTables,
  place: Pick<Layer, 'source' | 'nameOf'>,
  key: string,
  text: string,
): void {
  for (const table of Object.values(tables)) {
    const option = findOption(table, key)
    const value = option === undefined ? undefined : parseValue(option, text)
    if (value !== undefined && isRefusal(value)) {
      const name = place.nameOf?.(key) ?? key
      throw new ConfigError(`${place.source}: ${name}=${text}: ${value.refusal}`)
    }
  }
}

export function isKnown(tables: OptionTables, key: string): boolean {
  return Object.values(tables).some((table) => findOption(table, key) !== undefined)
}

export function findOption(table: OptionTable, key: string): Option | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** Without the value: the key may be a secret's, misspelt. */
function describeUnknown(tables: OptionTables, source: string, key: string): string {
  const nearest = nearestKey(key, Object.values(tables).flatMap(Object.keys))
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  return `${source}: ${key}: unknown key, kept without effect${hint}`
}

function fill(
  table: OptionTable,
  given: ReadonlyMap<string, string>,
  machine: Machine,
): Record<string, OptionValue> {
  const config: Record<string, OptionValue> = {}
  for (const [key, option] of Object.entries(table)) {
    const text = given.get(key)
    config[key] =
      text === undefined ? defaultOf(option, machine) : (parseValue(option, text) as OptionValue)
  }
  return config
}

export function defaultOf(option: Option, machine: Machine): OptionValue {
  return typeof option.default === 'function' ? option.default(machine) : option.default
}
