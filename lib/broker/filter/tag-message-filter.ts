import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { MessageFilter } from '../../store/types.ts'
import { SUB_ALL } from './filter-api.ts'

/**
 * Lets messages with certain tags pass, by the tags' hash codes alone: clients compare the tags themselves.
 * Apache: broker.filter.ExpressionMessageFilter, for tags
 */
export class TagMessageFilter implements MessageFilter {
  readonly needsRecord = false
  readonly #codes: ReadonlySet<number>

  constructor(codes: Iterable<number>) {
    this.#codes = new Set(codes)
  }

  isMatchedByConsumeQueue(tagsCode: number | undefined): boolean {
    return tagsCode === undefined || this.#codes.has(tagsCode | 0)
  }

  isMatchedByCommitLog(): boolean {
    return true
  }
}

/** The filter of a subscription to tags; undefined when it wants every message. */
export function tagMessageFilter(subscription: SubscriptionData): TagMessageFilter | undefined {
  if (subscription.classFilterMode || subscription.subString === SUB_ALL) return undefined
  return new TagMessageFilter(subscription.codeSet)
}
