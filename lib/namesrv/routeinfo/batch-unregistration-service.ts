import type { UnRegisterBrokerRequestHeader } from '../../../codec/header/register-broker.ts'
import type { Clock, Timer } from '../../common/clock.ts'

/** Takes brokers out of the route tables, many in one pass over the topics. */
export type Unregister = (requests: readonly UnRegisterBrokerRequestHeader[]) => void

/**
 * Collects the brokers that are to go and unregisters them together in the next turn: each batch costs a pass over all
 * topics, and when a machine or a switch fails, hundreds of connections close at once.
 *
 * Apache: namesrv.routeinfo.BatchUnregistrationService
 */
export class BatchUnregistrationService {
  readonly #clock: Clock
  readonly #capacity: number
  readonly #unregister: Unregister
  #waiting: UnRegisterBrokerRequestHeader[] = []
  #timer: Timer | undefined

  constructor(clock: Clock, capacity: number, unregister: Unregister) {
    this.#clock = clock
    this.#capacity = capacity
    this.#unregister = unregister
  }

  get queueLength(): number {
    return this.#waiting.length
  }

  /** False when the queue is full; nothing has been done then. */
  submit(request: UnRegisterBrokerRequestHeader): boolean {
    if (this.#waiting.length >= this.#capacity) return false
    this.#waiting.push(request)
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), 0)
    return true
  }

  /** Unregisters what waits, now. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    const requests = this.#waiting
    this.#waiting = []
    this.#unregister(requests)
  }

  /** Forgets what waits: the tables end with the process. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#waiting = []
  }
}
