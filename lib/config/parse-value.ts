import type { Option, OptionValue } from './option.ts'

/** What is wrong with a value: the end of a sentence that begins with `key=value: `. */
export interface Refusal {
  readonly refusal: string
}

/**
 * The value that `text` stands for. Blanks around it are no part of it: Java keeps those at the end of a line, and Apache
 * then silently falls back to the default for numbers.
 */
export function parseValue(option: Option, text: string): OptionValue | Refusal {
  const value = parseByType(option, text.trim())
  if (isRefusal(value)) return value
  if (option.supported !== undefined && !option.supported.includes(value)) {
    const listed = option.supported
      .filter((each) => each !== undefined)
      .map((each) => (each === '' ? 'an empty value' : each))
    return { refusal: `not supported here; possible is ${listed.join(', ')}` }
  }
  return value
}

export function isRefusal(value: OptionValue | Refusal): value is Refusal {
  return typeof value === 'object'
}

function parseByType(option: Option, text: string): OptionValue | Refusal {
  switch (option.type) {
    case 'string':
      return text
    case 'int':
    case 'long':
      return inRange(option, /^[+-]?\d{1,19}$/.test(text) ? Number(text) : NaN)
    case 'double':
      return inRange(option, text === '' ? NaN : Number(text))
    case 'boolean':
      return parseBoolean(option, text)
    case 'enum':
      return option.values?.includes(text) ? text : refuse(option)
  }
}

/** Unlike Java, for which every text but `true` is false. */
function parseBoolean(option: Option, text: string): boolean | Refusal {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  return refuse(option)
}

function inRange(option: Option, value: number): number | Refusal {
  const { min = -Infinity, max = Infinity } = option
  return value >= min && value <= max ? value : refuse(option)
}

function refuse(option: Option): Refusal {
  return { refusal: `allowed ${describeAllowed(option)}` }
}

/** The values that an option takes: `are A, B`, `is a whole number from 0 to 65535`. */
function describeAllowed(option: Option): string {
  switch (option.type) {
    case 'enum':
      return `are ${[...(option.values ?? [])].sort().join(', ')}`
    case 'boolean':
      return 'are true, false'
    case 'int':
    case 'long':
      return `is a whole number from ${option.min} to ${option.max}`
    case 'double':
      return 'is a number'
    case 'string':
      return 'is any text'
  }
}
