/** Far beyond what files of accounts need. */
const MAX_DEPTH = 100
/** Spaces, and what begins an item of a list or a map on the same line as its parent. */
const DEEP_LINE = new RegExp(`^[-?: \\t]{${2 * MAX_DEPTH}}`, 'm')

/**
 * Refuses YAML that is nested deeper than anybody writes it: a parser goes down by recursion, and where little stack is left the
 * engine may end the process when it has to compile a regular expression there.
 * @throws Error
 */
export function checkYamlNesting(text: string): void {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth = Math.max(depth - 1, 0)
    if (depth > MAX_DEPTH) break
  }
  if (depth > MAX_DEPTH || DEEP_LINE.test(text)) throw new Error('it is nested too deeply')
}
