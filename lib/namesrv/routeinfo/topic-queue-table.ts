import type { QueueData } from '../../../codec/body/topic-route-data.ts'

/**
 * Which queues of a topic each broker name has: topic -> brokerName -> QueueData. A topic without queues is not in it.
 * Apache: namesrv.routeinfo.RouteInfoManager#topicQueueTable
 */
export class TopicQueueTable {
  readonly #topics = new Map<string, Map<string, QueueData>>()

  get topics(): string[] {
    return [...this.#topics.keys()]
  }

  /** By broker name; undefined for an unknown topic. */
  queuesOf(topic: string): ReadonlyMap<string, QueueData> | undefined {
    return this.#topics.get(topic)
  }

  has(topic: string, brokerName: string): boolean {
    return this.#topics.get(topic)?.has(brokerName) ?? false
  }

  topicsOfBroker(brokerName: string): string[] {
    return this.topics.filter((topic) => this.has(topic, brokerName))
  }

  /** Topics of whose queues the first broker's satisfy `condition`. */
  topicsWhere(condition: (queues: QueueData) => boolean): string[] {
    return this.topics.filter((topic) => {
      const [first] = this.#topics.get(topic)?.values() ?? []
      return first !== undefined && condition(first)
    })
  }

  put(topic: string, queues: QueueData): void {
    const queuesByBroker = this.#topics.get(topic) ?? new Map<string, QueueData>()
    this.#topics.set(topic, queuesByBroker.set(queues.brokerName, queues))
  }

  delete(topic: string): void {
    this.#topics.delete(topic)
  }

  deleteOfBroker(topic: string, brokerName: string): void {
    const queuesByBroker = this.#topics.get(topic)
    if (queuesByBroker?.delete(brokerName) && queuesByBroker.size === 0) this.#topics.delete(topic)
  }

  deleteBrokers(brokerNames: Iterable<string>): void {
    for (const brokerName of brokerNames) {
      for (const topic of this.#topics.keys()) this.deleteOfBroker(topic, brokerName)
    }
  }

  /** Gives each topic of a broker the permission that `change` makes of its own; returns how many topics it has. */
  changePerm(brokerName: string, change: (perm: number) => number): number {
    const topics = this.topicsOfBroker(brokerName)
    for (const topic of topics) {
      const queues = this.#topics.get(topic)?.get(brokerName)
      if (queues !== undefined) this.put(topic, { ...queues, perm: change(queues.perm) })
    }
    return topics.length
  }
}
