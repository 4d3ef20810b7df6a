import { parseArgs } from 'node:util'
import { toError } from '../common/errors.ts'

/** A flag of a command, as data: the parser and `--help` are made of it. The key is its long name. */
export interface Flag {
  readonly short?: string
  /** What its value is called in the help; a flag without one is a switch. */
  readonly value?: string
  readonly text: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What was given on the command line. */
export type FlagValues<F extends Flags> = {
  readonly [N in keyof F]?: F[N] extends { readonly value: string } ? string : boolean
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError for an unknown flag, a missing value or a word too many */
export function parseFlags<const F extends Flags>(
  flags: F,
  args: readonly string[],
): FlagValues<F> {
  return parse(flags, args, false).values
}

/** As parseFlags, for commands that take words beside their flags. @throws UsageError */
export function parseWordsAndFlags<const F extends Flags>(
  flags: F,
  args: readonly string[],
): { words: string[]; values: FlagValues<F> } {
  return parse(flags, args, true)
}

function parse<F extends Flags>(
  flags: F,
  args: readonly string[],
  allowPositionals: boolean,
): { words: string[]; values: FlagValues<F> } {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { short, value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) } as const,
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals })
    return { words: positionals, values: values as FlagValues<F> }
  } catch (error) {
    throw new UsageError(toError(error).message.split('. To specify')[0])
  }
}

/** The lines of `--help` about `flags`. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { short, value, text }]) => {
    const start = short === undefined ? '    ' : `-${short}, `
    return { left: `${start}--${name}${value === undefined ? '' : ` ${value}`}`, text }
  })
  const width = Math.max(...rows.map(({ left }) => left.length))
  return rows.map(({ left, text }) => `  ${left.padEnd(width)}  ${text}`).join('\n')
}
