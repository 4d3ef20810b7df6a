import { parseLines, stringify } from 'dot-properties'
import { ConfigError } from './errors.ts'

const COMMENT = /^\s*[#!]/
/** `\u` that is an escape itself, without the four digits. */
const MALFORMED_UNICODE = /(?<!\\)(\\\\)*\\u(?![0-9a-fA-F]{4})/

/**
 * The entries of a `.properties` text as java.util.Properties reads it: `#` and `!` begin comments, `=`, `:` or a blank
 * ends a key, `\` escapes and continues lines, the last of equal keys wins.
 * @throws ConfigError when an escape `\uXXXX` has not four digits
 */
export function parseProperties(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => !COMMENT.test(line))
  if (lines.some((line) => MALFORMED_UNICODE.test(line))) {
    throw new ConfigError('Malformed \\uxxxx encoding.')
  }
  const entries = new Map<string, string>()
  for (const line of parseLines(text)) {
    if (Array.isArray(line)) entries.set(line[0] as string, line[1] as string)
  }
  return entries
}

/**
 * `key=value` lines, sorted by key, which java.util.Properties reads back equal. (Apache does not escape, and so loses
 * the backslashes of Windows paths.) Source: common.MixAll#properties2String
 */
export function formatProperties(entries: ReadonlyMap<string, string>): string {
  const keys = [...entries.keys()].sort()
  const lines = keys.map((key) => [key, entries.get(key) as string])
  return stringify(lines, { keySep: '=', lineWidth: null }) + '\n'
}
