import { findProperty } from '../../../codec/message/properties.ts'
import { locateParts } from '../../../codec/message/record-reader.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { Sql92Expression } from './sql92/sql92.ts'
import { EvaluationError } from './sql92/values.ts'

/** Lets messages pass whose properties fulfil an expression. Apache: broker.filter.ExpressionMessageFilter, for SQL92 */
export class Sql92MessageFilter implements MessageFilter {
  readonly needsRecord = true
  readonly #expression: Sql92Expression

  constructor(expression: Sql92Expression) {
    this.#expression = expression
  }

  isMatchedByConsumeQueue(): boolean {
    return true
  }

  isMatchedByCommitLog(record: Buffer): boolean {
    const parts = locateParts(record, 0, record.length)
    if (parts === undefined) return false
    const text = record.toString('utf8', parts.propertiesStart, parts.propertiesEnd)
    try {
      return this.#expression((name) => findProperty(text, name) ?? null) === true
    } catch (error) {
      if (error instanceof EvaluationError) return false
      throw error
    }
  }
}
