import type { Clock, Timer } from '../../common/clock.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from './consumer-offset-manager.ts'
import { topicAtGroup } from './topic-at-group.ts'

export interface BroadcastOffsetManagerDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'broadcastOffsetExpireSecond' | 'broadcastOffsetExpireMaxSecond'
  >
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'commitOffset' | 'queryOffset'>
  readonly messageStore: Pick<MessageStore, 'checkInMemByConsumeOffset' | 'getMaxOffsetInQueue'>
  readonly clock: Clock
}

/** How far one client has pulled, by queue. */
interface ClientOffsets {
  updatedMs: number
  fromProxy: boolean
  readonly offsets: Map<number, number>
}

interface BroadcastGroup {
  readonly topic: string
  readonly group: string
  readonly clients: Map<string, ClientOffsets>
}

/** What a broadcasting client names besides its queue. */
export interface BroadcastPull {
  readonly topic: string
  readonly group: string
  readonly queueId: number
  readonly clientId: string
  readonly fromProxy: boolean
}

/** Nothing is known that is better than what the client asks for. */
export const NO_INIT_OFFSET = -1
/** Source: BroadcastOffsetManager#run */
const SCAN_PERIOD_MS = 5_000

/**
 * How far the members of broadcasting groups have pulled, so that they go on there when they change between a proxy and the broker:
 * a proxy keeps no offsets. What all members of a group have pulled is committed for `<group>@broadcast`.
 *
 * Apache: broker.offset.BroadcastOffsetManager
 */
export class BroadcastOffsetManager implements Service {
  readonly #deps: BroadcastOffsetManagerDeps
  readonly #groups = new Map<string, BroadcastGroup>()
  #timer: Timer | undefined

  constructor(deps: BroadcastOffsetManagerDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#timer = this.#deps.clock.setInterval(() => this.scanOffsetData(), SCAN_PERIOD_MS)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  updateOffset(
    { topic, group, queueId, clientId, fromProxy }: BroadcastPull,
    offset: number,
  ): void {
    const key = topicAtGroup(topic, group)
    const { clients } = getOrAdd(this.#groups, key, () => newGroup(topic, group))
    const client = getOrAdd(clients, clientId, () => this.#newClient(fromProxy))
    client.updatedMs = this.#deps.clock.now()
    client.fromProxy = fromProxy
    client.offsets.set(queueId, Math.max(offset, client.offsets.get(queueId) ?? offset))
  }

  /** Where a client shall begin that has come from, or goes to, a proxy; NO_INIT_OFFSET for all others. */
  queryInitOffset(pull: BroadcastPull, requestOffset: number): number {
    const { topic, group, clientId, fromProxy } = pull
    const clients = this.#groups.get(topicAtGroup(topic, group))?.clients
    if (clients === undefined) {
      return fromProxy && requestOffset < 0 ? this.#offsetOf(pull, undefined) : NO_INIT_OFFSET
    }
    const client = getOrAdd(clients, clientId, () => this.#newClient(fromProxy))
    const asksProxy = client.fromProxy && requestOffset < 0
    const hasChanged = client.fromProxy !== fromProxy
    return asksProxy || hasChanged ? this.#offsetOf(pull, client) : NO_INIT_OFFSET
  }

  #newClient(fromProxy: boolean): ClientOffsets {
    return { updatedMs: this.#deps.clock.now(), fromProxy, offsets: new Map() }
  }

  /** Where the client was, else where its group was, else the beginning of a short queue or the end of a long one. */
  #offsetOf({ topic, group, queueId }: BroadcastPull, client: ClientOffsets | undefined): number {
    const { consumerOffsetManager, messageStore } = this.#deps
    const own = client?.offsets.get(queueId)
    if (own !== undefined && own >= 0) return own
    const common = consumerOffsetManager.queryOffset(broadcastGroupId(group), topic, queueId)
    if (common >= 0) return common
    if (messageStore.checkInMemByConsumeOffset(topic, queueId, 0)) return 0
    return messageStore.getMaxOffsetInQueue(topic, queueId)
  }

  /** Forgets clients that are silent; commits for each group how far all others have come. */
  scanOffsetData(): void {
    const { consumerOffsetManager } = this.#deps
    for (const [key, broadcast] of this.#groups) {
      const { topic, group, clients } = broadcast
      const id = broadcastGroupId(group)
      for (const [queueId, offset] of this.#scanClients(broadcast)) {
        if (consumerOffsetManager.queryOffset(id, topic, queueId) === offset) continue
        consumerOffsetManager.commitOffset(id, topic, queueId, offset)
      }
      if (clients.size === 0) this.#groups.delete(key)
    }
  }

  /** The lowest offset of each queue. */
  #scanClients({ group, clients }: BroadcastGroup): ReadonlyMap<number, number> {
    const { brokerConfig, consumerManager, clock } = this.#deps
    const expireMs = brokerConfig.broadcastOffsetExpireSecond * 1000
    const expireMaxMs = brokerConfig.broadcastOffsetExpireMaxSecond * 1000
    const info = consumerManager.getConsumerGroupInfo(group)
    const lowest = new Map<number, number>()
    for (const [clientId, { updatedMs, offsets }] of clients) {
      const silentMs = clock.now() - updatedMs
      const isOnline = info?.findClient(clientId) !== undefined
      if (isOnline || silentMs < expireMs) {
        for (const [queueId, offset] of offsets) {
          lowest.set(queueId, Math.min(offset, lowest.get(queueId) ?? offset))
        }
      }
      if (silentMs >= (isOnline ? expireMaxMs : expireMs)) clients.delete(clientId)
    }
    return lowest
  }
}

function newGroup(topic: string, group: string): BroadcastGroup {
  return { topic, group, clients: new Map() }
}

/** The group under which the offsets of a broadcasting group are committed. */
function broadcastGroupId(group: string): string {
  return `${group}@broadcast`
}
