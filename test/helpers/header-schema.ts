import fs from 'node:fs'
import path from 'node:path'

/** Header class to its fields: `string`, `int`, `long` or `boolean`, with `!` where Apache declares it as not null. */
export type HeaderSchema = Readonly<Record<string, Readonly<Record<string, string>>>>

const KINDS: Readonly<Record<string, string>> = {
  'java.lang.String': 'string',
  'java.lang.Integer': 'int',
  'java.lang.Long': 'long',
  'java.lang.Boolean': 'boolean',
}

/** The fields in a folder of Apache's schema files (`common.protocol.header.<Class>.schema`); they do not say what is required. */
export function readSchemaFolder(folder: string): HeaderSchema {
  const schema: Record<string, Record<string, string>> = {}
  for (const file of fs.readdirSync(folder).sort()) {
    const name = /\.header\.(?:\w+\.)*(\w+Header)\.schema$/.exec(file)?.[1]
    if (name === undefined) continue
    const fields: Record<string, string> = {}
    const text = fs.readFileSync(path.join(folder, file), 'utf8')
    for (const [, field = '', type = ''] of text.matchAll(/^Field (\w+) : \w+ (\S+) /gm)) {
      fields[field] = KINDS[type] ?? type
    }
    schema[name] = fields
  }
  return schema
}

/** A schema that is committed as a fixture. */
export function readSchemaFixture(file: string): HeaderSchema {
  const text = fs.readFileSync(path.join('test/fixtures/codec', file), 'utf8')
  return (JSON.parse(text) as { vectors: HeaderSchema }).vectors
}
