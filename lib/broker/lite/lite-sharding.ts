import type { TopicRouteInfoManager } from '../loadbalance/topic-route-info-manager.ts'
import { parseLmqName } from './lite-topic-names.ts'

export interface LiteShardingDeps {
  readonly routes: Pick<TopicRouteInfoManager, 'tryToFindTopicPublishInfo'>
  readonly brokerName: string
}

/** The broker to which the messages of a lite topic go. */
export type ShardOf = (lmqName: string) => string

const MULTIPLIER = 2_862_933_555_777_941_757n
const NEXT_RANGE = 2 ** 31

/**
 * Which broker of a cluster has a lite topic: that of the queue to which producers send its messages.
 *
 * Apache: broker.lite.LiteShardingImpl
 */
export class LiteSharding {
  readonly #deps: LiteShardingDeps

  constructor(deps: LiteShardingDeps) {
    this.#deps = deps
  }

  /** For the lite topics of one parent; all have this broker when the parent's queues are not known. Never rejects. */
  async shardingOf(parentTopic: string): Promise<ShardOf> {
    const { routes, brokerName } = this.#deps
    const queues = (await routes.tryToFindTopicPublishInfo(parentTopic)) ?? []
    return (lmqName) => {
      const liteTopic = parseLmqName(lmqName)?.liteTopic
      if (liteTopic === undefined || queues.length === 0) return brokerName
      const bucket = consistentHash(javaHashCode(liteTopic), queues.length)
      return queues[bucket]?.brokerName ?? brokerName
    }
  }

  async isOwn(parentTopic: string, lmqName: string): Promise<boolean> {
    const shardOf = await this.shardingOf(parentTopic)
    return shardOf(lmqName) === this.#deps.brokerName
  }
}

/** Java's String#hashCode. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/**
 * Jump consistent hash, as Guava has it: one of `buckets` buckets; with one bucket more, few inputs move.
 * Source: com.google.common.hash.Hashing#consistentHash; Lamping and Veach, 2014
 */
export function consistentHash(input: number, buckets: number): number {
  let state = BigInt(input)
  let candidate = 0
  for (;;) {
    state = BigInt.asUintN(64, MULTIPLIER * state + 1n)
    const random = (Number(state >> 33n) + 1) / NEXT_RANGE
    const next = Math.floor((candidate + 1) / random)
    if (next >= buckets) return candidate
    candidate = next
  }
}
