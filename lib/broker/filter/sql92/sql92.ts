import { toError } from '../../../common/errors.ts'
import type { Node } from './ast.ts'
import { compileCondition, type Condition } from './compile.ts'
import * as generated from './parser.generated.ts'

/** Whether a message with these properties matches. @throws EvaluationError when values cannot be compared */
export type Sql92Expression = Condition

/** An expression that is not SQL92 as Apache understands it. The message says where and why. */
export class Sql92Error extends Error {
  override readonly name = 'Sql92Error'
}

const parse = generated.parse as unknown as (text: string) => Node

/** Far beyond what anybody writes; keeps the time that one expression takes small. */
const MAX_LENGTH = 8192

/** @throws Sql92Error */
export function compileSql92(text: string): Sql92Expression {
  if (text.length > MAX_LENGTH) throw invalid(`longer than ${MAX_LENGTH} characters`)
  try {
    return compileCondition(parse(text))
  } catch (error) {
    throw invalid(describe(error))
  }
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply'
  const { message } = toError(error)
  if (!(error instanceof generated.SyntaxError)) return message
  const { line, column } = (error as unknown as GrammarPosition).location.start
  return `${message} (line ${line}, column ${column})`
}

interface GrammarPosition {
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

/** Begins as Apache's message, which ends there. */
function invalid(reason: string): Sql92Error {
  return new Sql92Error(`Invalid MessageSelector. ${reason}`)
}
