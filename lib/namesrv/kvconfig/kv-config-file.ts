import { CodecError } from '../../../codec/errors.ts'

/** Values by namespace and key. */
export type KVConfigTable = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The content of kvConfig.json. Source: namesrv.kvconfig.KVConfigSerializeWrapper */
export function formatKVConfig(table: KVConfigTable): string {
  const configTable = Object.fromEntries(
    Array.from(table, ([namespace, values]) => [namespace, Object.fromEntries(values)]),
  )
  return JSON.stringify({ configTable })
}

/** @throws CodecError or SyntaxError when `text` is not such a file */
export function parseKVConfig(text: string): KVConfigTable {
  const { configTable } = asObject(JSON.parse(text), 'kvConfig.json')
  const table = new Map<string, Map<string, string>>()
  for (const [namespace, values] of Object.entries(asObject(configTable ?? {}, 'configTable'))) {
    table.set(namespace, parseNamespace(namespace, values))
  }
  return table
}

function parseNamespace(namespace: string, values: unknown): Map<string, string> {
  const parsed = new Map<string, string>()
  for (const [key, value] of Object.entries(asObject(values, namespace))) {
    if (value !== null) parsed.set(key, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return parsed
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new CodecError(`${name} is not a JSON object`)
}
