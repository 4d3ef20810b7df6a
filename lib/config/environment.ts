import type { Layer, OptionTables } from './load.ts'

/**
 * The environment variable that sets an option: `ROCKETMQ_` and the key in capitals, `flushDiskType` by
 * ROCKETMQ_FLUSH_DISK_TYPE, `tls.server.mode` by ROCKETMQ_TLS_SERVER_MODE.
 */
export function environmentName(key: string): string {
  const words = key
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
  return `ROCKETMQ_${words.toUpperCase()}`
}

/** What the environment sets of the options in `tables`. */
export function environmentLayer(
  tables: OptionTables,
  environment: Readonly<Record<string, string | undefined>>,
): Layer {
  const entries = new Map<string, string>()
  for (const key of Object.values(tables).flatMap(Object.keys)) {
    const text = environment[environmentName(key)]
    if (text !== undefined) entries.set(key, text)
  }
  return { source: 'environment', entries, nameOf: environmentName }
}
