import { PropertyReader } from '../../../codec/message/property-reader.ts'
import { locateProperties } from '../../../codec/message/record-reader.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { Sql92Expression } from './sql92/sql92.ts'
import { EvaluationError } from './sql92/values.ts'

/** Lets messages pass whose properties fulfil an expression. Apache: broker.filter.ExpressionMessageFilter, for SQL92 */
export class Sql92MessageFilter implements MessageFilter {
  readonly needsRecord = true
  readonly #expression: Sql92Expression
  readonly #properties = new PropertyReader()

  constructor(expression: Sql92Expression) {
    this.#expression = expression
  }

  isMatchedByConsumeQueue(): boolean {
    return true
  }

  isMatchedByCommitLog(buffer: Buffer, start: number, end: number): boolean {
    const propertiesStart = locateProperties(buffer, start, end)
    if (propertiesStart < 0) return false
    this.#properties.reset(buffer, propertiesStart, end)
    try {
      return this.#expression(this.#properties) === true
    } catch (error) {
      if (error instanceof EvaluationError) return false
      throw error
    }
  }
}
