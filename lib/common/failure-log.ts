import { errorCode, toError } from './errors.ts'
import type { Logger } from './logger.ts'

/**
 * Logs one line when something begins to fail and one when it works again, however often it is tried in between; another
 * line when it fails in another way.
 */
export class FailureLog {
  readonly #logger: Logger
  readonly #event: string
  #failing: string | undefined
  #count = 0

  /** `event` says what cannot be done. */
  constructor(logger: Logger, event: string) {
    this.#logger = logger
    this.#event = event
  }

  failed(thrown: unknown, fields: object = {}): void {
    const err = toError(thrown)
    const kind = errorCode(err) ?? err.message
    this.#count++
    if (kind === this.#failing) return
    this.#failing = kind
    this.#logger.error({ err, ...fields }, this.#event)
  }

  worked(): void {
    if (this.#failing === undefined) return
    this.#failing = undefined
    this.#logger.info({ failures: this.#count }, `works again: ${this.#event}`)
    this.#count = 0
  }
}
