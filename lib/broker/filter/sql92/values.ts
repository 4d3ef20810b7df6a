/*
 * Values of expressions and how Java compares them. Integer is a number, Long a bigint, Double an object of its own, so
 * that the three stay apart as in Java.
 *
 * Source: filter module, expression.ComparisonExpression#__compare
 */

export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

export type Value = null | boolean | string | number | bigint | Double

/** Values that cannot be compared: the message does not match. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
}

const LONG_MIN = -(2n ** 63n)
const LONG_MAX = 2n ** 63n - 1n
const INTEGER = /^[+-]?\d+$/
const DOUBLE = /^[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?)$/

/** Apache: Long.valueOf */
export function parseLong(text: string): bigint {
  const value = INTEGER.test(text) ? BigInt(text.replace('+', '')) : LONG_MAX + 1n
  if (value < LONG_MIN || value > LONG_MAX) throw notANumber(text)
  return value
}

/** Apache: Integer.valueOf */
export function parseInteger(text: string): number {
  const value = INTEGER.test(text) ? Number(text) : NaN
  if ((value | 0) !== value) throw notANumber(text)
  return value | 0
}

/** Apache: Double.valueOf; without hexadecimal numbers */
export function parseDouble(text: string): number {
  const trimmed = text.trim()
  if (!DOUBLE.test(trimmed)) throw notANumber(text)
  return Number(trimmed.replace(/[fFdD]$/, ''))
}

function notANumber(text: string): EvaluationError {
  return new EvaluationError(`${JSON.stringify(text.slice(0, 40))} is not a number of this type`)
}

/**
 * Negative, zero or positive; -1 for types that have nothing in common. A text is read as the other side's type.
 * @throws EvaluationError when it cannot be
 */
export function compare(left: Exclude<Value, null>, right: Exclude<Value, null>): number {
  if (typeof left === 'string') return compareText(left, right)
  if (typeof left === 'boolean') return compareBoolean(left, right)
  if (typeof right === 'boolean') return -1
  if (typeof right === 'string') return compareNumbers(left, parseAs(left, right))
  return compareNumbers(left, right)
}

function compareText(left: string, right: Exclude<Value, null>): number {
  if (typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (typeof right === 'boolean') return Number(left.toLowerCase() === 'true') - Number(right)
  return compareNumbers(parseAs(right, left), right)
}

function compareBoolean(left: boolean, right: Exclude<Value, null>): number {
  if (typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof right === 'string')
    throw new EvaluationError('a boolean cannot be compared with a text')
  return -1
}

type NumberValue = number | bigint | Double

function parseAs(pattern: NumberValue, text: string): NumberValue {
  if (typeof pattern === 'number') return parseInteger(text)
  return typeof pattern === 'bigint' ? parseLong(text) : new Double(parseDouble(text))
}

function compareNumbers(left: NumberValue, right: NumberValue): number {
  if (left instanceof Double || right instanceof Double) {
    return compareDoubles(toDouble(left), toDouble(right))
  }
  return left < right ? -1 : left > right ? 1 : 0
}

function toDouble(value: NumberValue): number {
  return value instanceof Double ? value.value : Number(value)
}

/** NaN is above all and equal to itself, -0 below 0. Apache: Double#compareTo */
export function compareDoubles(left: number, right: number): number {
  if (left < right) return -1
  if (left > right) return 1
  if (Object.is(left, right)) return 0
  if (Number.isNaN(left)) return 1
  return Number.isNaN(right) || Object.is(left, -0) ? -1 : 1
}
