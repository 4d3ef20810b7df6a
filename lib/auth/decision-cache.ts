import type { Clock } from '../common/clock.ts'

/** Longer keys, which only peers make that mean harm, are not kept: names come from requests, before anybody is known. */
const MAX_KEY_LENGTH = 1024

export interface DecisionCacheOptions {
  readonly clock: Clock
  readonly maxNum: number
  readonly expiredSecond: number
}

/**
 * What was decided about requests, for as long as the stateful strategies believe it: refusals too. Beyond `maxNum` the
 * oldest decisions are forgotten.
 *
 * Apache: authCache of auth.authentication.strategy.StatefulAuthenticationStrategy and its like for rights
 */
export class DecisionCache {
  readonly #options: DecisionCacheOptions
  /** The problem that was found, or undefined for none; in the order in which they were decided. */
  readonly #decisions = new Map<string, { readonly problem: string | undefined; until: number }>()

  constructor(options: DecisionCacheOptions) {
    this.#options = options
  }

  /** The problem noted for `key`; what `decide` finds when there is no note, or an old one. */
  get(key: string, decide: () => string | undefined): string | undefined {
    if (key.length > MAX_KEY_LENGTH) return decide()
    const now = this.#options.clock.monotonic()
    const noted = this.#decisions.get(key)
    if (noted !== undefined && now < noted.until) return noted.problem
    const problem = decide()
    this.#decisions.delete(key)
    this.#decisions.set(key, { problem, until: now + this.#options.expiredSecond * 1000 })
    this.#forgetOldest()
    return problem
  }

  #forgetOldest(): void {
    for (const key of this.#decisions.keys()) {
      if (this.#decisions.size <= this.#options.maxNum) return
      this.#decisions.delete(key)
    }
  }
}
