import Long from 'long'

/** What can be written. A Map is an object whose keys are its keys, whatever their type; undefined is left out. */
export type JsonInput =
  | null
  | undefined
  | boolean
  | number
  | string
  | Long
  | readonly JsonInput[]
  | ReadonlyMap<JsonKey, JsonInput>
  | { readonly [key: string]: JsonInput }
export type JsonKey = string | number | { readonly [key: string]: JsonInput }

/**
 * How a Map's numbers and objects stand as keys.
 * - `quoted`: valid JSON, `{"0":"x"}` and `{"{\"topic\":\"T\"}":1}`; fastjson reads both.
 * - `bare`: as fastjson writes by default, `{0:"x"}` and `{{"topic":"T"}:1}`.
 */
export type KeyStyle = 'quoted' | 'bare'

/** `pretty` puts each entry on a line of its own, indented by tabs, as Apache's configuration files have it. */
export interface JsonWriteOptions {
  readonly keys?: KeyStyle
  readonly pretty?: boolean
}

/**
 * JSON as fastjson writes it: entries that are null are left out, numbers that are not finite are null.
 * The order of the keys is the order in which the value has them.
 */
export function stringifyJson(value: JsonInput, options: JsonWriteOptions = {}): string {
  const style = { keys: options.keys ?? 'quoted', pretty: options.pretty ?? false }
  return writeValue(value, style, options.pretty ? '\n' : '')
}

interface Style {
  readonly keys: KeyStyle
  readonly pretty: boolean
}

/** `lineBreak` is what stands before an entry on this level: a new line with its tabs, or nothing. */
function writeValue(value: JsonInput, style: Style, lineBreak: string): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value === 'boolean' || Long.isLong(value)) return value.toString()
  if (isList(value)) return writeList(value, style, lineBreak)
  return writeEntries(entriesOf(value), style, lineBreak)
}

function isList(value: object): value is readonly JsonInput[] {
  return Array.isArray(value)
}

type Entries = Iterable<readonly [JsonKey, JsonInput]>

function entriesOf(
  value: ReadonlyMap<JsonKey, JsonInput> | { readonly [key: string]: JsonInput },
): Entries {
  return value instanceof Map
    ? (value as ReadonlyMap<JsonKey, JsonInput>)
    : Object.entries(value as Record<string, JsonInput>)
}

function writeList(list: readonly JsonInput[], style: Style, lineBreak: string): string {
  const inner = style.pretty ? `${lineBreak}\t` : ''
  return enclose(
    '[',
    list.map((item) => writeValue(item, style, inner)),
    ']',
    lineBreak,
    inner,
  )
}

function writeEntries(entries: Entries, style: Style, lineBreak: string): string {
  const inner = style.pretty ? `${lineBreak}\t` : ''
  const parts: string[] = []
  for (const [key, item] of entries) {
    if (item === undefined || item === null) continue
    parts.push(`${writeKey(key, style)}:${writeValue(item, style, inner)}`)
  }
  return enclose('{', parts, '}', lineBreak, inner)
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  outer: string,
  inner: string,
): string {
  if (parts.length === 0) return open + close
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`
}

function writeKey(key: JsonKey, style: Style): string {
  if (typeof key === 'string') return JSON.stringify(key)
  const text =
    typeof key === 'number' ? String(key) : writeValue(key, { keys: style.keys, pretty: false }, '')
  return style.keys === 'bare' ? text : JSON.stringify(text)
}
