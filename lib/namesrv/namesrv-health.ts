import { type ComponentHealth, componentHealth, type Health } from '../monitor/health.ts'
import type { RouteTables } from './routeinfo/route-tables.ts'

/** Whether clients should be sent to this NameServer. Our own. */
export class NamesrvHealth implements Health {
  readonly #tables: Pick<RouteTables, 'brokerLives' | 'topicQueues'>
  #isServing = false

  constructor(tables: Pick<RouteTables, 'brokerLives' | 'topicQueues'>) {
    this.#tables = tables
  }

  /** Whether its port is open. */
  setServing(isServing: boolean): void {
    this.#isServing = isServing
  }

  /** A NameServer without brokers is up: they may all be down, and find it when they come. */
  components(): Readonly<Record<string, ComponentHealth>> {
    if (!this.#isServing) {
      return { server: componentHealth(false, { state: 'starting or stopping' }) }
    }
    const { brokerLives, topicQueues } = this.#tables
    return {
      server: componentHealth(true),
      routes: componentHealth(true, {
        brokers: brokerLives.size,
        topics: topicQueues.topics.length,
      }),
    }
  }
}
