import type { Logger } from '../../common/logger.ts'
import { type Service, startAll, stopAll } from '../../common/service.ts'

export interface SpecialServicesDeps {
  /** In the order in which they start. Each can be started again after it was stopped. */
  readonly services: readonly Service[]
  /** Whether this broker is its group's master when it starts. */
  readonly isMaster: () => boolean
  readonly logger: Logger
}

/**
 * What only one broker of a group does: delivering messages of the delay levels and reviving popped ones. It runs on the master.
 * Today the role is that of the start; who changes it at run time (a controller) calls `changeStatus`.
 *
 * Apache: broker.BrokerController#changeSpecialServiceStatus
 */
export class SpecialServices implements Service {
  readonly #deps: SpecialServicesDeps
  #isRunning = false
  #change: Promise<void> = Promise.resolve()

  constructor(deps: SpecialServicesDeps) {
    this.#deps = deps
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  start(): Promise<void> {
    return this.changeStatus(this.#deps.isMaster())
  }

  stop(): Promise<void> {
    return this.changeStatus(false)
  }

  /** Starts or stops the services; changes follow one another. */
  changeStatus(shouldRun: boolean): Promise<void> {
    this.#change = this.#change.catch(() => undefined).then(() => this.#changeTo(shouldRun))
    return this.#change
  }

  async #changeTo(shouldRun: boolean): Promise<void> {
    if (this.#isRunning === shouldRun) return
    this.#isRunning = shouldRun
    this.#deps.logger.info({ shouldRun }, 'special services change')
    await (shouldRun ? startAll(this.#deps.services) : stopAll(this.#deps.services))
  }
}
