import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { MessageFilter } from '../../../store/types.ts'
import { isTagType } from '../../filter/expression-type.ts'
import { buildSubscriptionData, SUB_ALL } from '../../filter/filter-api.ts'
import { messageFilterOf } from '../../filter/message-filters.ts'

/** Filters kept. */
const MAX_CACHED_FILTERS = 1024

/** The filters that pops name, each made once. undefined: every message. */
export class PopFilters {
  readonly #filters = new Map<string, MessageFilter | undefined>()

  /** @throws RemotingError when the expression cannot be used */
  filterOf(
    topic: string,
    exp: string | undefined,
    expType: string | undefined,
  ): MessageFilter | undefined {
    if (exp === undefined || exp === '' || (exp === SUB_ALL && isTagType(expType))) return undefined
    const key = `${isTagType(expType) ? '' : expType} ${exp}`
    if (!this.#filters.has(key)) {
      if (this.#filters.size >= MAX_CACHED_FILTERS) this.#filters.clear()
      this.#filters.set(key, makeFilter(topic, exp, expType))
    }
    return this.#filters.get(key)
  }
}

function makeFilter(
  topic: string,
  exp: string,
  expType: string | undefined,
): MessageFilter | undefined {
  try {
    return messageFilterOf(buildSubscriptionData(topic, exp, expType))
  } catch {
    const remark = "parse the consumer's subscription failed"
    throw new RemotingError(ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark)
  }
}
