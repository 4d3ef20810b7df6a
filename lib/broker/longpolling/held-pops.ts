import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Deadlined } from '../../common/deadlines.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Channel } from '../../remoting/index.ts'
import type { MessageFilter } from '../../store/types.ts'
import { buildPopRetryTopicV1, buildPopRetryTopicV2 } from '../topic/topic-names.ts'

/** What of a request's header decides how it is held; times in milliseconds. Apache: broker.longpolling.PollingHeader */
export interface PollingHeader {
  readonly consumerGroup: string
  readonly topic: string
  /** -1: all queues. */
  readonly queueId: number
  readonly bornTime: number
  readonly pollTime: number
}

/** A pop, or a notification, that found nothing and waits. Apache: broker.longpolling.PopRequest */
export interface PopRequest<H extends PollingHeader> extends Deadlined {
  readonly request: RemotingCommand
  readonly channel: Channel
  readonly header: H
  /** undefined: every message. */
  readonly filter: MessageFilter | undefined
}

interface TopicAndGroup {
  readonly topic: string
  readonly group: string
}

/** Requests that are held, by topic, group and queue, the oldest first. */
export class HeldPops<H extends PollingHeader> {
  readonly #topics = new Map<string, Map<string, Map<number, PopRequest<H>[]>>>()
  /** By retry topic; names of version 1 may be those of several: `%RETRY%a_b_c` of `a` and `b_c`, and of `a_b` and `c`. */
  readonly #retryTopics = new Map<string, Set<TopicAndGroup>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(topic: string, group: string, queueId: number): readonly PopRequest<H>[] | undefined {
    return this.#topics.get(topic)?.get(group)?.get(queueId)
  }

  /** The groups that have requests for a topic. */
  groupsOf(topic: string): Iterable<string> {
    return this.#topics.get(topic)?.keys() ?? []
  }

  /** The queues for which a group has requests, -1 standing for all. */
  queuesOf(topic: string, group: string): Iterable<number> {
    return this.#topics.get(topic)?.get(group)?.keys() ?? []
  }

  /** The topics and groups with requests whose retry topic this is. */
  ownersOfRetryTopic(retryTopic: string): Iterable<TopicAndGroup> | undefined {
    return this.#retryTopics.get(retryTopic)
  }

  add(request: PopRequest<H>): void {
    const { topic, consumerGroup: group, queueId } = request.header
    const groups = getOrAdd(this.#topics, topic, () => new Map<string, Map<number, never>>())
    const queues = getOrAdd(groups, group, () => {
      for (const retryTopic of retryTopicsOf(topic, group)) {
        getOrAdd(this.#retryTopics, retryTopic, () => new Set()).add({ topic, group })
      }
      return new Map<number, PopRequest<H>[]>()
    })
    getOrAdd(queues, queueId, () => []).push(request)
    this.#size++
  }

  remove(request: PopRequest<H>): void {
    const { topic, consumerGroup: group, queueId } = request.header
    const groups = this.#topics.get(topic)
    const queues = groups?.get(group)
    const requests = queues?.get(queueId)
    const index = requests?.indexOf(request) ?? -1
    if (groups === undefined || queues === undefined || requests === undefined || index < 0) return
    requests.splice(index, 1)
    this.#size--
    if (requests.length > 0) return
    queues.delete(queueId)
    if (queues.size > 0) return
    groups.delete(group)
    this.#removeRetryTopics(topic, group)
    if (groups.size === 0) this.#topics.delete(topic)
  }

  #removeRetryTopics(topic: string, group: string): void {
    for (const retryTopic of retryTopicsOf(topic, group)) {
      const owners = this.#retryTopics.get(retryTopic) ?? new Set()
      for (const owner of owners) {
        if (owner.topic === topic && owner.group === group) owners.delete(owner)
      }
      if (owners.size === 0) this.#retryTopics.delete(retryTopic)
    }
  }

  clear(): void {
    this.#topics.clear()
    this.#retryTopics.clear()
    this.#size = 0
  }

  *[Symbol.iterator](): Generator<PopRequest<H>> {
    for (const groups of this.#topics.values()) {
      for (const queues of groups.values()) {
        for (const requests of queues.values()) yield* requests
      }
    }
  }
}

function retryTopicsOf(topic: string, group: string): string[] {
  return [buildPopRetryTopicV1(topic, group), buildPopRetryTopicV2(topic, group)]
}
