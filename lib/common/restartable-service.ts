import type { Logger } from './logger.ts'
import type { Service } from './service.ts'
import { toError } from './errors.ts'

/**
 * A service that may ask to be replaced by a new one of its kind, which is then started: `create` is given the way to ask, and called for
 * each. Starts, restarts and the stop follow one another.
 */
export class RestartableService<T extends Service> implements Service {
  readonly #create: (restart: () => void) => T
  readonly #logger: Logger
  #current: T
  #change: Promise<void> = Promise.resolve()
  #isStopped = false
  #onFailed: (error: Error) => void = () => undefined
  /** Resolves with the reason when a restart has failed: then nothing runs any more. */
  readonly failed = new Promise<Error>((resolve) => (this.#onFailed = resolve))

  constructor(create: (restart: () => void) => T, logger: Logger) {
    this.#create = create
    this.#logger = logger
    this.#current = this.#next()
  }

  /** The one that runs. */
  get current(): T {
    return this.#current
  }

  start(): Promise<void> {
    const started = this.#current.start()
    this.#change = started.catch(() => undefined)
    return started
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.#change.then(() => this.#current.stop())
  }

  #next(): T {
    let isAsked = false
    return this.#create(() => {
      if (isAsked) return
      isAsked = true
      this.#change = this.#change.then(() => this.#replace())
    })
  }

  async #replace(): Promise<void> {
    if (this.#isStopped) return
    try {
      await this.#current.stop()
      this.#current = this.#next()
      await this.#current.start()
    } catch (error) {
      this.#logger.error({ err: toError(error) }, 'the restart failed')
      this.#onFailed(toError(error))
    }
  }
}
