import type { Flag } from '../terminal/flags.ts'
import { parseTime, type Time } from './times.ts'

/** An option of a command: a flag whose value is checked. The key under which it stands is its long name. */
export interface Option<T = unknown, R extends boolean = boolean> extends Flag {
  readonly isRequired: R
  /** @throws Error that says what is allowed */
  readonly parse: (text: string) => T
}

export type Options = Readonly<Record<string, Option>>

/** What was given for the options of a command. */
export type OptionValues<O extends Options> = {
  readonly [N in keyof O as O[N]['isRequired'] extends true ? N : never]: ReturnType<O[N]['parse']>
} & {
  readonly [N in keyof O as O[N]['isRequired'] extends true ? never : N]?:
    ReturnType<O[N]['parse']> | undefined
}

type Optional<T> = Option<T, false>
type Short = string | undefined

export function required<T>(option: Optional<T>): Option<T, true> {
  return { ...option, isRequired: true }
}

export function text(short: Short, value: string, description: string): Optional<string> {
  return define(short, value, description, (given) => {
    if (given === '') throw new Error('it must not be empty')
    return given
  })
}

/** A whole number from `min` to `max`. */
export function integer(
  short: Short,
  value: string,
  description: string,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): Optional<number> {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
  return define(short, value, description, (given) => {
    const number = /^-?\d{1,16}$/.test(given) ? Number(given) : NaN
    if (number >= min && number <= max) return number
    throw new Error(`allowed are whole numbers ${bounds}`)
  })
}

/** `true` or `false`, in whatever case. */
export function truth(short: Short, description: string): Optional<boolean> {
  return define(short, 'true|false', description, (given) => {
    const lower = given.toLowerCase()
    if (lower === 'true' || lower === 'false') return lower === 'true'
    throw new Error('allowed are true and false')
  })
}

/** One of a few words. */
export function choice<const T extends string>(
  short: Short,
  words: readonly T[],
  description: string,
): Optional<T> {
  return define(short, words.join('|'), description, (given) => {
    const word = words.find((each) => each.toLowerCase() === given.toLowerCase())
    if (word !== undefined) return word
    throw new Error(`allowed are ${words.join(', ')}`)
  })
}

/** A time; `now` is one. */
export function time(short: Short, description: string): Optional<Time> {
  return define(
    short,
    'TIME',
    `${description}: ms since 1970, yyyy-MM-dd#HH:mm:ss:SSS or now`,
    parseTime,
  )
}

/** An option without a value: given or not. */
export function toggle(short: Short, description: string): Optional<boolean> {
  return { ...shortName(short), text: description, isRequired: false, parse: () => true }
}

function define<T>(
  short: Short,
  value: string,
  description: string,
  parse: (text: string) => T,
): Optional<T> {
  return { ...shortName(short), value, text: description, isRequired: false, parse }
}

function shortName(short: Short): { short?: string } {
  return short === undefined ? {} : { short }
}
