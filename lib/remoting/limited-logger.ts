import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/logger.ts'

const PERIOD_MS = 1000
const LINES_PER_PERIOD = 20
/** What peers send may be as long as a header. */
const MAX_TEXT_LENGTH = 500

/**
 * Passes on what is logged, but of the warnings only so many in a second, and then how many there were, and no long texts: what peers do wrong
 * must neither fill the disk nor take the time of others.
 */
export class LimitedLogger implements Logger {
  readonly #logger: Logger
  readonly #clock: Clock
  #sinceMs = -Infinity
  #count = 0

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  debug(fields: object, event: string): void {
    this.#logger.debug(fields, event)
  }

  info(fields: object, event: string): void {
    this.#logger.info(fields, event)
  }

  warn(fields: object, event: string): void {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#sinceMs >= PERIOD_MS) this.#begin(nowMs)
    if (this.#count++ < LINES_PER_PERIOD) this.#logger.warn(withShortTexts(fields), event)
  }

  error(fields: object, event: string): void {
    this.#logger.error(fields, event)
  }

  child(bindings: { name: string }): Logger {
    return new LimitedLogger(this.#logger.child(bindings), this.#clock)
  }

  #begin(nowMs: number): void {
    const lines = this.#count - LINES_PER_PERIOD
    if (lines > 0) this.#logger.warn({ lines }, 'warnings about peers were left out')
    this.#sinceMs = nowMs
    this.#count = 0
  }
}

function withShortTexts(fields: object): object {
  const shortened = Object.entries(fields).map(([name, value]: [string, unknown]) => {
    return [name, typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : value]
  })
  return Object.fromEntries(shortened) as object
}
