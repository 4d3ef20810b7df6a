import { toError } from '../common/errors.ts'
import { UsageError } from '../terminal/flags.ts'
import type { Option, Options, OptionValues } from './option.ts'

/**
 * Reads the options of a command as Apache's tools do: `-t name`, `-tname`, `-t=name`, `--topic name`, `--topic=name` and
 * `-topic name`. A value may begin with a minus where it is no option's name (`-s -1`). Texts are trimmed.
 * @throws UsageError in one line that names the option, what was given, and what is allowed
 *
 * Apache: commons-cli's DefaultParser
 */
export function parseCommandLine<O extends Options>(
  options: O,
  args: readonly string[],
): OptionValues<O> {
  const given: Record<string, unknown> = {}
  for (let i = 0; i < args.length; i++) {
    const { name, option, attached } = findOption(options, args[i] as string)
    if (option.value === undefined) {
      if (attached !== undefined) throw new UsageError(`${label(name, option)} takes no value`)
      given[name] = true
      continue
    }
    const text = attached ?? args[++i]
    if (text === undefined || (attached === undefined && isOption(options, text))) {
      throw new UsageError(`${label(name, option)} needs a value: ${option.value}`)
    }
    given[name] = parseValue(name, option, text.trim())
  }
  return given as OptionValues<O>
}

/** @throws UsageError when an option that the command needs was not given */
export function checkRequired(
  options: Options,
  given: Readonly<Record<string, unknown>>,
  oneOf: readonly string[] = [],
): void {
  for (const [name, option] of Object.entries(options)) {
    if (option.isRequired && given[name] === undefined) {
      throw new UsageError(`${label(name, option)} is missing: ${option.text}`)
    }
  }
  if (oneOf.length > 0 && oneOf.every((name) => given[name] === undefined)) {
    const labels = oneOf.map((name) => label(name, options[name]))
    throw new UsageError(`one of ${labels.join(', ')} is missing`)
  }
}

/** `-t (--topic)` */
function label(name: string, option: Option | undefined): string {
  return option?.short === undefined ? `--${name}` : `-${option.short} (--${name})`
}

function parseValue(name: string, option: Option, text: string): unknown {
  try {
    return option.parse(text)
  } catch (error) {
    throw new UsageError(`${label(name, option)} ${text}: ${toError(error).message}`)
  }
}

interface Found {
  readonly name: string
  readonly option: Option
  /** A value that stands in the same word. */
  readonly attached: string | undefined
}

function findOption(options: Options, word: string): Found {
  const found = lookUp(options, word)
  if (found !== undefined) return found
  throw new UsageError(
    word.startsWith('-') ? `there is no option ${word}` : `${word}: a word without an option`,
  )
}

function isOption(options: Options, word: string): boolean {
  return lookUp(options, word) !== undefined
}

function lookUp(options: Options, word: string): Found | undefined {
  const [, dashes, key = '', equals, value] = /^(--?)([^=]+)(=)?(.*)$/s.exec(word) ?? []
  if (dashes === undefined) return undefined
  const attached = equals === undefined ? undefined : value
  const exact = byName(options, key, attached)
  if (exact !== undefined || dashes === '--') return exact
  const first = byName(options, key.slice(0, 1), word.slice(2))
  return first?.option.value === undefined ? undefined : first
}

function byName(options: Options, key: string, attached: string | undefined): Found | undefined {
  for (const [name, option] of Object.entries(options)) {
    if (name === key || option.short === key) return { name, option, attached }
  }
  return undefined
}
