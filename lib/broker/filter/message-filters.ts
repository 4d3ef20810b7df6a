import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { MessageFilter } from '../../store/types.ts'
import { checkExpressionType, isTagType } from './expression-type.ts'
import { compileSql92 } from './sql92/sql92.ts'
import { Sql92MessageFilter } from './sql92-message-filter.ts'
import { tagMessageFilter } from './tag-message-filter.ts'

/**
 * The filter of a subscription by itself; undefined when it wants every message.
 * @throws Error when its expression cannot be used
 */
export function messageFilterOf(subscription: SubscriptionData): MessageFilter | undefined {
  const { expressionType, subString, classFilterMode } = subscription
  if (isTagType(expressionType)) return tagMessageFilter(subscription)
  if (classFilterMode) return undefined
  checkExpressionType(expressionType)
  return new Sql92MessageFilter(compileSql92(subString))
}

/** @throws Error that says what is wrong with an expression that is not about tags */
export function checkExpression(expressionType: string, expression: string): void {
  checkExpressionType(expressionType)
  compileSql92(expression)
}
