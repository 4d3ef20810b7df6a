import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import { writeSecretFile, writeStateFile } from '../common/state-file.ts'
import type { LoadedConfigs, OptionTables } from './load.ts'
import { checkEntry, findOption, isKnown } from './load.ts'
import type { Option, OptionType, OptionValue } from './option.ts'
import { parseValue } from './parse-value.ts'
import { formatProperties } from './properties.ts'

/** The version of a configuration as GET_BROKER_CONFIG tells it. Source: remoting.protocol.DataVersion */
export interface ConfigVersion {
  readonly stateVersion: number
  readonly timestamp: number
  readonly counter: number
}

export interface ConfigurationOptions {
  /** The file that an update is written to: the one given by `-c`, where there is one. */
  readonly path: string
  readonly fileSystem: FileSystem
  readonly clock: Clock
  /** Settings that are worked out where they are not set, and told in place of what is set, as Apache tells them. */
  readonly workedOut?: () => Readonly<Record<string, string>>
}

/**
 * The configurations of a running server as a whole: told as text, changed by text. The configuration objects that the
 * components hold change with it.
 *
 * Apache: remoting.Configuration
 */
export class Configuration {
  readonly #loaded: LoadedConfigs<OptionTables>
  readonly #unknown: Map<string, string>
  readonly #options: ConfigurationOptions
  readonly #listeners: (() => void)[] = []
  #version: ConfigVersion

  constructor(loaded: LoadedConfigs<OptionTables>, options: ConfigurationOptions) {
    this.#loaded = loaded
    this.#unknown = new Map(loaded.unknown)
    this.#options = options
    this.#version = { stateVersion: 0, timestamp: options.clock.now(), counter: 0 }
  }

  get dataVersion(): ConfigVersion {
    return this.#version
  }

  /** `listener` is called after each update, for what does not read its configuration at each use. */
  onUpdate(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** `key=value` lines of all that is set, sorted; unknown keys of the file included. */
  getAllConfigsFormatString(): string {
    const workedOut = Object.entries(this.#options.workedOut?.() ?? {})
    return formatProperties(new Map([...this.#entries(), ...workedOut]))
  }

  /**
   * Changes options and writes the whole configuration to its file. Keys that are neither options nor in the file are
   * left out, as Apache does; they are returned. Nothing changes when one value is not allowed or the file cannot be
   * written.
   * @throws ConfigError naming key, value and what is allowed; an error of the file system
   */
  update(properties: ReadonlyMap<string, string>): string[] {
    const { tables } = this.#loaded
    const ignored: string[] = []
    const changes = new Map<string, string>()
    for (const [key, text] of properties) {
      checkEntry(tables, { source: 'update' }, key, text)
      if (this.#mayChange(key)) changes.set(key, text.trim())
      else ignored.push(key)
    }
    const entries = new Map([...this.#entries(), ...this.#systemProperties(), ...changes])
    const write = this.#holdsSecrets(entries) ? writeSecretFile : writeStateFile
    write(this.#options.fileSystem, this.#options.path, formatProperties(entries))
    this.#assign(changes)
    this.#version = {
      stateVersion: this.#version.stateVersion,
      timestamp: this.#options.clock.now(),
      counter: this.#version.counter + 1,
    }
    for (const listener of this.#listeners) listener()
    return ignored
  }

  #entries(): Map<string, string> {
    const entries = new Map(this.#unknown)
    for (const config of Object.values(this.#loaded.configs)) {
      for (const [key, value] of Object.entries(config)) {
        if (value === undefined || this.#isSystemProperty(key)) continue
        entries.set(key, formatValue(this.#typeOf(key), value))
      }
    }
    return entries
  }

  #mayChange(key: string): boolean {
    if (this.#isSystemProperty(key)) return false
    return isKnown(this.#loaded.tables, key) || this.#unknown.has(key)
  }

  #typeOf(key: string): OptionType | undefined {
    const tables = Object.values(this.#loaded.tables)
    return tables.map((table) => findOption(table, key)?.type).find((type) => type !== undefined)
  }

  #isSystemProperty(key: string): boolean {
    return this.#optionsOf(key).some(({ systemProperty }) => systemProperty === true)
  }

  #holdsSecrets(entries: ReadonlyMap<string, string>): boolean {
    return [...entries].some(([key, text]) => {
      return text !== '' && this.#optionsOf(key).some(({ secret }) => secret === true)
    })
  }

  #optionsOf(key: string): Option[] {
    return Object.values(this.#loaded.tables).flatMap((table) => findOption(table, key) ?? [])
  }

  /** Those that were set: the file would lose them. */
  #systemProperties(): [string, string][] {
    return [...this.#loaded.given].filter(([key]) => this.#isSystemProperty(key))
  }

  #assign(changes: ReadonlyMap<string, string>): void {
    for (const [key, text] of changes) {
      for (const [name, table] of Object.entries(this.#loaded.tables)) {
        const option = findOption(table, key)
        if (option === undefined) continue
        const config = this.#loaded.configs[name] as Record<string, OptionValue>
        config[key] = parseValue(option, text) as OptionValue
      }
      if (this.#unknown.has(key)) this.#unknown.set(key, text)
    }
  }
}

/** Whole numbers of Java's type double are written with a zero behind the point. */
function formatValue(type: OptionType | undefined, value: OptionValue): string {
  return type === 'double' && Number.isInteger(value) ? `${value}.0` : String(value)
}
