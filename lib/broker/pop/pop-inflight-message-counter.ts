import type { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import { getOrAdd } from '../../common/maps.ts'
import { splitTopicAtGroup, topicAtGroup } from '../offset/topic-at-group.ts'

/**
 * Messages that were popped and neither acknowledged nor revived, by topic, group and queue. What was popped before the
 * broker's start is not counted. Apache: broker.processor.PopInflightMessageCounter
 */
export class PopInflightMessageCounter {
  readonly #startTimeMs: number
  readonly #counts = new Map<string, Map<number, number>>()

  constructor(startTimeMs: number) {
    this.#startTimeMs = startTimeMs
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
    if (popTimeMs < this.#startTimeMs) return
    const queues = this.#counts.get(topicAtGroup(topic, group))
    const old = queues?.get(queueId)
    if (queues === undefined || old === undefined) return
    if (old > count) queues.set(queueId, old - count)
    else this.clearInFlightMessageNum(topic, group, queueId)
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

  #clear(isMeant: (names: { topic: string; group: string }) => boolean): void {
    for (const key of this.#counts.keys()) {
      const names = splitTopicAtGroup(key)
      if (names !== undefined && isMeant(names)) this.#counts.delete(key)
    }
  }
}
