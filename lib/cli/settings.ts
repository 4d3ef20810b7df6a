import { toError } from '../common/errors.ts'
import type { FileSystem } from '../common/file-system.ts'
import { NodeFileSystem } from '../common/file-system.ts'
import { environmentLayer } from '../config/environment.ts'
import { ConfigError } from '../config/errors.ts'
import type { Layer, LoadedConfigs, OptionTables } from '../config/load.ts'
import type { Machine } from '../config/option.ts'
import { parseProperties } from '../config/properties.ts'

/**
 * Where the settings of a server come from, the weakest first: the file given with `-c`, the environment, flags.
 * @throws ConfigError when the file cannot be read
 */
export function settingLayers(
  tables: OptionTables,
  file: string | undefined,
  environment: Machine['environment'],
  flags: Layer,
  fileSystem: FileSystem = new NodeFileSystem(),
): Layer[] {
  return [
    ...(file === undefined ? [] : [readFileLayer(fileSystem, file)]),
    environmentLayer(tables, environment),
    flags,
  ]
}

/** Read as java.util.Properties does: ISO 8859-1, other characters as \\uXXXX. */
function readFileLayer(fileSystem: FileSystem, file: string): Layer {
  try {
    const text = fileSystem.readFile(file).toString('latin1')
    return { source: file, entries: parseProperties(text) }
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${toError(error).message}`)
  }
}

/** The layer of flags, out of option keys and what was given for them. */
export function flagLayer(
  values: readonly (readonly [key: string, flag: string, text: string | undefined])[],
): Layer {
  const entries = new Map<string, string>()
  for (const [key, , text] of values) if (text !== undefined) entries.set(key, text)
  const names = new Map(values.map(([key, flag]) => [key, flag]))
  return { source: 'command line', entries, nameOf: (key) => names.get(key) ?? key }
}

/** What `-p` prints, `key=value` lines by class, secrets masked; of important options only with `-m`. */
export function formatSettings(
  loaded: LoadedConfigs<OptionTables>,
  onlyImportant: boolean,
): string {
  const lines: string[] = []
  for (const [name, table] of Object.entries(loaded.tables)) {
    for (const [key, option] of Object.entries(table)) {
      if (onlyImportant && option.important !== true) continue
      const value = loaded.configs[name]?.[key] ?? ''
      lines.push(`${key}=${option.secret === true && value !== '' ? '******' : value}`)
    }
  }
  return lines.join('\n')
}
