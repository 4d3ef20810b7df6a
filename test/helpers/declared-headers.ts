import fs from 'node:fs'
import path from 'node:path'
import type { Fields, HeaderCodec } from '../../codec/schema.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../codec/header')

/** Every header that codec/header declares, by the name of its Apache class. */
export async function declaredHeaders(): Promise<Map<string, HeaderCodec<Fields>>> {
  const headers = new Map<string, HeaderCodec<Fields>>()
  for (const file of fs.readdirSync(FOLDER).filter((name) => name.endsWith('.js'))) {
    const module = (await import(path.join(FOLDER, file))) as Record<string, HeaderCodec<Fields>>
    for (const codec of Object.values(module)) headers.set(codec.javaClass, codec)
  }
  return headers
}

/** The fields of a declared header by their keys on the wire, as a schema has them. */
export function schemaOf(codec: HeaderCodec<Fields>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(codec.fields).map(([name, field]) => [
      field.wireKey ?? name,
      field.kind + (field.required ? '!' : ''),
    ]),
  )
}
