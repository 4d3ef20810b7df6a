/*
 * Properties travel and are stored as one text: `name 0x01 value 0x02`, repeated. The last 0x02 may be missing.
 * Source: common.message.MessageDecoder#string2messageProperties
 */
export const NAME_VALUE_SEPARATOR = '\x01'
export const PROPERTY_SEPARATOR = '\x02'

/** `properties` in their order, closed by a separator. Values that are undefined are left out. */
export function encodeProperties(
  properties: Iterable<readonly [string, string | undefined]>,
): string {
  let text = ''
  for (const [name, value] of properties) {
    if (value !== undefined) text += name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR
  }
  return text
}

/** All properties of a text. A pair without name or value is dropped; of two with the same name the last one counts. */
export function decodeProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  let start = 0
  while (start < text.length) {
    let end = text.indexOf(PROPERTY_SEPARATOR, start)
    if (end < 0) end = text.length
    const middle = text.indexOf(NAME_VALUE_SEPARATOR, start)
    if (middle > start && middle < end - 1) {
      properties.set(text.slice(start, middle), text.slice(middle + 1, end))
    }
    start = end + 1
  }
  return properties
}

/** The value that `decodeProperties` would give for `name`, found without building a map. */
export function findProperty(text: string, name: string): string | undefined {
  const needle = name + NAME_VALUE_SEPARATOR
  let found: string | undefined
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    if (at > 0 && text[at - 1] !== PROPERTY_SEPARATOR) continue
    const value = at + needle.length
    let end = text.indexOf(PROPERTY_SEPARATOR, value)
    if (end < 0) end = text.length
    if (end > value) found = text.slice(value, end)
  }
  return found
}

/** `text` with `name=value` added at its end; an earlier value of the name no longer counts, but stays in the text. */
export function appendProperty(text: string, name: string, value: string): string {
  return closeProperties(text) + name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR
}

/** `text` with a separator at its end, so that another property can follow; an empty text stays empty. */
export function closeProperties(text: string): string {
  return text === '' || text.endsWith(PROPERTY_SEPARATOR) ? text : text + PROPERTY_SEPARATOR
}

/** `text` without the properties called `name`; the others keep their places. Source: common.utils.MessageUtils#deleteProperty */
export function deleteProperty(text: string, name: string): string {
  const needle = name + NAME_VALUE_SEPARATOR
  let rest = text
  let start = rest.indexOf(needle)
  while (start >= 0) {
    if (start > 0 && rest[start - 1] !== PROPERTY_SEPARATOR) {
      start = rest.indexOf(needle, start + 1)
      continue
    }
    const end = rest.indexOf(PROPERTY_SEPARATOR, start + needle.length)
    rest = rest.slice(0, start) + (end < 0 ? '' : rest.slice(end + 1))
    start = rest.indexOf(needle, start)
  }
  return rest
}
