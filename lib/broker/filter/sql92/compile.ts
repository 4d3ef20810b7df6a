import { PropertyName, type PropertyReader } from '../../../../codec/message/property-reader.ts'
import type { Node, OrderOperator, TextOperator } from './ast.ts'
import type { Value } from './values.ts'
import {
  compare,
  compareDoubles,
  Double,
  EvaluationError,
  parseDouble,
  parseInteger,
  parseLong,
} from './values.ts'

/** Computes a value out of a message's properties. @throws EvaluationError */
type Evaluation = (properties: PropertyReader) => Value

/** An expression that cannot be used. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
}

/** Evaluates to a boolean, or to null for "unknown". @throws EvaluationError */
export type Condition = (properties: PropertyReader) => boolean | null

const INT_MAX = 0x7fffffffn
const SMALLEST_DOUBLE = 5e-324

/**
 * Makes an expression executable. Three values: a comparison with a property that is missing is null, and null is no match.
 * @throws CompileError when it is no condition, or compares what cannot be compared
 * Source: filter module, expression.*
 */
export function compileCondition(node: Node): Condition {
  switch (node.kind) {
    case 'or':
      return or(compileCondition(node.left), compileCondition(node.right))
    case 'and':
      return and(compileCondition(node.left), compileCondition(node.right))
    case 'not':
      return not(compileCondition(node.operand))
    case 'equal':
      return negatedIf(node.not, equal(node.left, node.right))
    case 'isNull':
      return negatedIf(
        node.not,
        equalValues(compileValue(node.operand), () => null),
      )
    case 'order':
      return order(node.operator, node.left, node.right)
    case 'text':
      return text(node.operator, node.not, compileValue(node.operand), node.search)
    case 'between':
      return between(node)
    case 'in':
      return isIn(node)
    case 'boolean':
      return () => node.value
    case 'null':
      return () => null
    case 'property':
      return isTrue(node.name)
    case 'string':
    case 'float':
    case 'decimal':
    case 'negate':
      throw new CompileError('Expression will not result in a boolean value')
  }
}

/** A property is a text, which is never true. */
function isTrue(name: string): Condition {
  const property = new PropertyName(name)
  return (properties) => (properties.find(property) ? false : null)
}

function textOf(name: string): (properties: PropertyReader) => string | null {
  const property = new PropertyName(name)
  return (properties) => (properties.find(property) ? properties.text : null)
}

/** A property as the other side of a comparison needs it when that is an Integer. */
function integerOf(name: string): (properties: PropertyReader) => number | null {
  const property = new PropertyName(name)
  return (properties) => {
    if (!properties.find(property)) return null
    const value = properties.integer ?? NaN
    return (value | 0) === value ? value : parseInteger(properties.text)
  }
}

function compileValue(node: Node): Evaluation {
  const constant = constantOf(node)
  if (constant !== undefined) return () => constant
  if (node.kind === 'property') return textOf(node.name)
  return node.kind === 'negate' ? negate(compileValue(node.operand)) : compileCondition(node)
}

/** The value of a literal; undefined for all else. @throws CompileError when it is out of range */
function constantOf(node: Node): Value | undefined {
  if (node.kind === 'string' || node.kind === 'boolean') return node.value
  if (node.kind === 'decimal') return decimalOf(node.text.replace(/[lL]$/, ''))
  if (node.kind === 'float') return floatOf(node.text)
  return node.kind === 'null' ? null : undefined
}

function decimalOf(digits: string): number | bigint {
  const value = checked(() => parseLong(digits))
  return value <= INT_MAX ? Number(value) : value
}

function floatOf(digits: string): Double {
  const value = parseDouble(digits)
  if (value > Number.MAX_VALUE) throw new CompileError(`${digits} is too large`)
  if (value < SMALLEST_DOUBLE) throw new CompileError(`${digits} is too small`)
  return new Double(value)
}

function or(left: Condition, right: Condition): Condition {
  return (properties) => {
    const first = left(properties)
    if (first === true) return true
    const second = right(properties)
    if (second === true) return true
    return first === null || second === null ? null : false
  }
}

function and(left: Condition, right: Condition): Condition {
  return (properties) => {
    const first = left(properties)
    if (first === false) return false
    const second = right(properties)
    if (second === false) return false
    return first === null || second === null ? null : true
  }
}

function not(condition: Condition): Condition {
  return (properties) => {
    const value = condition(properties)
    return value === null ? null : !value
  }
}

function negatedIf(isNegated: boolean, condition: Condition): Condition {
  return isNegated ? not(condition) : condition
}

function negate(operand: Evaluation): Evaluation {
  return (properties) => {
    const value = operand(properties)
    if (typeof value === 'number') return -value | 0
    if (typeof value === 'bigint') return BigInt.asIntN(64, -value)
    return value instanceof Double ? new Double(-value.value) : null
  }
}

function equal(left: Node, right: Node): Condition {
  const leftValue = constantOf(left)
  const rightValue = constantOf(right)
  if (leftValue === null || rightValue === null) throw new CompileError('NULL cannot be compared')
  const isMixed = typeof leftValue === 'boolean' && typeof rightValue !== 'boolean'
  if (isMixed && rightValue !== undefined) {
    throw new CompileError('a boolean cannot be compared with another type')
  }
  if (left.kind === 'property' && typeof rightValue === 'string') {
    return equalText(left.name, rightValue)
  }
  return equalValues(compileOperand(left, rightValue), compileOperand(right, leftValue))
}

/** One side of a comparison, the other being `other` where that is a constant. */
function compileOperand(node: Node, other: Value | undefined): Evaluation {
  const isIntegerWanted = node.kind === 'property' && typeof other === 'number'
  return isIntegerWanted ? integerOf(node.name) : compileValue(node)
}

function equalText(name: string, text: string): Condition {
  const property = new PropertyName(name)
  const bytes = Buffer.from(text)
  return (properties) => (properties.find(property) ? properties.isText(bytes) : null)
}

function equalValues(left: Evaluation, right: Evaluation): Condition {
  return (properties) => {
    const leftValue = left(properties)
    const rightValue = right(properties)
    if (leftValue === null) return rightValue === null ? true : null
    if (rightValue === null) return false
    return compare(leftValue, rightValue) === 0
  }
}

function order(operator: OrderOperator, left: Node, right: Node): Condition {
  checkOrderOperand(left)
  checkOrderOperand(right)
  const leftValue = compileOperand(left, constantOf(right))
  return orderValues(operator, leftValue, compileOperand(right, constantOf(left)))
}

/** Only numbers and properties can be ordered. */
function checkOrderOperand(node: Node): void {
  const value = constantOf(node)
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof Double
  if (isNumber || node.kind === 'property' || node.kind === 'negate') return
  throw new CompileError(`${node.kind === 'string' ? 'a text' : 'this value'} cannot be ordered`)
}

function orderValues(operator: OrderOperator, left: Evaluation, right: Evaluation): Condition {
  const accepts = ORDER[operator]
  return (properties) => {
    const leftValue = left(properties)
    if (leftValue === null) return null
    const rightValue = right(properties)
    if (rightValue === null) return null
    const isText = typeof leftValue === 'string' && typeof rightValue === 'string'
    return accepts(
      isText
        ? compareDoubles(parseDouble(leftValue), parseDouble(rightValue))
        : compare(leftValue, rightValue),
    )
  }
}

const ORDER: Readonly<Record<OrderOperator, (answer: number) => boolean>> = {
  '>': (answer) => answer > 0,
  '>=': (answer) => answer >= 0,
  '<': (answer) => answer < 0,
  '<=': (answer) => answer <= 0,
}

/** A property that is missing, or an empty text to look for: false, negated or not. */
function text(
  operator: TextOperator,
  isNegated: boolean,
  operand: Evaluation,
  search: string,
): Condition {
  const matches = TEXT[operator]
  return (properties) => {
    if (search === '') return false
    const value = operand(properties)
    return typeof value === 'string' && matches(value, search) !== isNegated
  }
}

const TEXT: Readonly<Record<TextOperator, (value: string, search: string) => boolean>> = {
  contains: (value, search) => value.includes(search),
  startsWith: (value, search) => value.startsWith(search),
  endsWith: (value, search) => value.endsWith(search),
}

function between(node: Extract<Node, { kind: 'between' }>): Condition {
  const { operand, low, high } = node
  const lowValue = constantOf(low)
  const highValue = constantOf(high)
  if (lowValue !== undefined && highValue !== undefined) {
    if (lowValue === null || highValue === null) {
      throw new CompileError('values of BETWEEN cannot be NULL')
    }
    if (checked(() => compare(highValue, lowValue)) < 0) {
      throw new CompileError('the first value of BETWEEN must not be above the second')
    }
  }
  return node.not
    ? or(order('<', operand, low), order('>', operand, high))
    : and(order('>=', operand, low), order('<=', operand, high))
}

function isIn({ operand, not: isNegated, list }: Extract<Node, { kind: 'in' }>): Condition {
  if (operand.kind !== 'property') throw new CompileError('only a property can stand before IN')
  const text = textOf(operand.name)
  const values = new Set(list)
  return (properties) => {
    const value = text(properties)
    return value === null ? null : values.has(value) !== isNegated
  }
}

/** While compiling, what cannot be evaluated is an error of the expression. */
function checked<T>(compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    throw error instanceof EvaluationError ? new CompileError(error.message) : error
  }
}
