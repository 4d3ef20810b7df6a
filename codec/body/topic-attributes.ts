import { CodecError } from '../errors.ts'

/**
 * A change of attributes as requests carry it: `+key1=value1,-key2`. The keys keep their sign; a deletion has the value ''.
 * @throws CodecError with Apache's words when a sign is missing or a key comes twice
 * Apache: common.attribute.AttributeParser
 */
export function parseAttributes(modification: string | undefined): Map<string, string> {
  const attributes = new Map<string, string>()
  if (modification === undefined || modification === '') return attributes
  for (const item of modification.split(',')) {
    const [key, value] = parseAttribute(item)
    if (attributes.has(key)) throw new CodecError(`key duplication: ${key}`)
    attributes.set(key, value)
  }
  return attributes
}

function parseAttribute(item: string): [string, string] {
  const [key = '', value] = item.split('=')
  if (value === undefined) {
    if (!key.includes('-')) throw new CodecError(`delete attribute format is wrong: ${key}`)
    return [key, '']
  }
  if (!key.includes('+')) throw new CodecError(`add/alter attribute format is wrong: ${key}`)
  return [key, value]
}

/** The reverse of parseAttributes. */
export function formatAttributes(attributes: ReadonlyMap<string, string>): string {
  return Array.from(attributes, ([key, value]) => (value === '' ? key : `${key}=${value}`)).join(
    ',',
  )
}
