import type { Logger } from '../../common/logger.ts'
import { type Service, startAll, stopAll } from '../../common/service.ts'

export interface SpecialServicesDeps {
  /** In the order in which they start. Each can be started again after it was stopped. */
  readonly services: readonly Service[]
  /** What is switched on and off in services that run all the time. */
  readonly switches: readonly ((isOn: boolean) => Promise<void>)[]
  /** Whether this broker is its group's master when it starts. */
  readonly isMaster: () => boolean
  readonly logger: Logger
}

/**
 * What only one broker of a group does: delivering messages of the delay levels and timers, asking for the outcome of transactions,
 * reviving popped messages. It runs on the master, or on the slave that acts as it: who knows calls `changeStatus`.
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

  /** Services that run all the time end by themselves. */
  async stop(): Promise<void> {
    // Who asked for a change was told that it failed.
    await this.#change.catch(() => undefined)
    if (this.#isRunning) await stopAll(this.#deps.services)
    this.#isRunning = false
  }

  /** Starts or stops the services; changes follow one another. */
  changeStatus(shouldRun: boolean): Promise<void> {
    this.#change = this.#change.catch(() => undefined).then(() => this.#changeTo(shouldRun))
    return this.#change
  }

  async #changeTo(shouldRun: boolean): Promise<void> {
    if (this.#isRunning === shouldRun) return
    this.#deps.logger.info({ shouldRun }, 'special services change')
    const { services, switches } = this.#deps
    // When that fails none of them runs, and the next change tries again.
    if (shouldRun) await startAll(services)
    this.#isRunning = shouldRun
    await Promise.all(switches.map((turn) => turn(shouldRun)))
    if (!shouldRun) await stopAll(services)
  }
}
