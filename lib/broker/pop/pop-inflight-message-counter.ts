import type { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { getOrAdd } from '../../common/maps.ts'
import { splitTopicAtGroup, topicAtGroup } from '../offset/topic-at-group.ts'

export interface PopInflightDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'enablePopMessageThreshold' | 'popInflightMessageThreshold'
  >
  readonly startTimeMs: number
  /** Told when the queue may be popped from again. */
  readonly onBelowThreshold: (topic: string, group: string, queueId: number) => void
}

/**
 * Messages that were popped and neither acknowledged nor revived, by topic, group and queue. What was popped before the
 * broker's start is not counted. Apache: broker.processor.PopInflightMessageCounter
 */
export class PopInflightMessageCounter {
  readonly #deps: PopInflightDeps
  readonly #counts = new Map<string, Map<number, number>>()

  constructor(deps: PopInflightDeps) {
    this.#deps = deps
  }

  /** True when so many messages of the queue are open that no more are to be popped. */
  isAboveThreshold(topic: string, group: string, queueId: number): boolean {
    if (!this.#deps.brokerConfig.enablePopMessageThreshold) return false
    return this.#exceeds(this.getGroupPopInFlightMessageNum(topic, group, queueId))
  }

  incrementInFlightMessageNum(topic: string, group: string, queueId: number, count: number): void {
    if (count <= 0) return
    const queues = getOrAdd(this.#counts, topicAtGroup(topic, group), () => new Map())
    queues.set(queueId, (queues.get(queueId) ?? 0) + count)
  }

  /** `popTimeMs` is when the messages were popped. */
  decrementInFlightMessageNum(
    topic: string,
    group: string,
    popTimeMs: number,
    queueId: number,
    count: number,
  ): void {
    if (popTimeMs < this.#deps.startTimeMs) return
    const queues = this.#counts.get(topicAtGroup(topic, group))
    const old = queues?.get(queueId)
    if (queues === undefined || old === undefined) return
    if (old > count) queues.set(queueId, old - count)
    else this.clearInFlightMessageNum(topic, group, queueId)
    if (!this.#deps.brokerConfig.enablePopMessageThreshold) return
    if (this.#exceeds(old) && !this.#exceeds(old - count)) {
      this.#deps.onBelowThreshold(topic, group, queueId)
    }
  }

  /** A message of the check point is revived. */
  decrementOfCheckPoint({ t, c, pt, q }: PopCheckPoint): void {
    if (t !== undefined && c !== undefined) this.decrementInFlightMessageNum(t, c, pt, q, 1)
  }

  clearInFlightMessageNum(topic: string, group: string, queueId: number): void {
    const key = topicAtGroup(topic, group)
    const queues = this.#counts.get(key)
    queues?.delete(queueId)
    if (queues?.size === 0) this.#counts.delete(key)
  }

  clearInFlightMessageNumByGroupName(group: string): void {
    this.#clear((names) => names.group === group)
  }

  clearInFlightMessageNumByTopicName(topic: string): void {
    this.#clear((names) => names.topic === topic)
  }

  getGroupPopInFlightMessageNum(topic: string, group: string, queueId: number): number {
    return this.#counts.get(topicAtGroup(topic, group))?.get(queueId) ?? 0
  }

  #exceeds(count: number): boolean {
    return count > this.#deps.brokerConfig.popInflightMessageThreshold
  }

  #clear(isMeant: (names: { topic: string; group: string }) => boolean): void {
    for (const key of this.#counts.keys()) {
      const names = splitTopicAtGroup(key)
      if (names !== undefined && isMeant(names)) this.#counts.delete(key)
    }
  }
}
