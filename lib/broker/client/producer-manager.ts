import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel } from '../../remoting/index.ts'
import type { ClientChannelInfo } from './client-channel-info.ts'
import { CHANNEL_EXPIRED_TIMEOUT_MS } from './client-channel-info.ts'

type ProducerManagerConfig = Pick<
  BrokerConfig,
  'enableRegisterProducer' | 'rejectTransactionMessage'
>

type ProducerGroup = Map<Channel, ClientChannelInfo>

/** The producers that send heartbeats, by group. Apache: broker.client.ProducerManager */
export class ProducerManager {
  readonly #clock: Clock
  readonly #config: ProducerManagerConfig
  readonly #logger: Logger
  readonly #groups = new Map<string, ProducerGroup>()
  readonly #groupsOfChannel = new Map<Channel, Set<string>>()
  readonly #channelOfClient = new Map<string, Channel>()
  #nextChannel = 0

  constructor(clock: Clock, config: ProducerManagerConfig, logger: Logger) {
    this.#clock = clock
    this.#config = config
    this.#logger = logger
  }

  /** Adds a client to a group, or notes that it is still there. */
  registerProducer(group: string, client: ClientChannelInfo): void {
    const found = this.#groups.get(group)?.get(client.channel)
    if (found !== undefined) {
      found.lastUpdateTimestamp = this.#clock.now()
      return
    }
    if (!this.#config.enableRegisterProducer && this.#config.rejectTransactionMessage) return
    getOrAdd(this.#groups, group, () => new Map()).set(client.channel, client)
    getOrAdd(this.#groupsOfChannel, client.channel, () => new Set()).add(group)
    this.#channelOfClient.set(client.clientId, client.channel)
    this.#logger.info({ group, clientId: client.clientId }, 'producer connected')
  }

  unregisterProducer(group: string, channel: Channel): void {
    const producers = this.#groups.get(group)
    const client = producers?.get(channel)
    if (producers === undefined || client === undefined) return
    producers.delete(channel)
    if (producers.size === 0) this.#groups.delete(group)
    const groups = this.#groupsOfChannel.get(channel)
    groups?.delete(group)
    if (groups?.size === 0) this.#groupsOfChannel.delete(channel)
    if (this.#channelOfClient.get(client.clientId) === channel) {
      this.#channelOfClient.delete(client.clientId)
    }
    this.#logger.info({ group, clientId: client.clientId }, 'producer gone')
  }

  /** Removes a connection that has closed from all its groups. */
  doChannelCloseEvent(channel: Channel): void {
    for (const group of [...(this.#groupsOfChannel.get(channel) ?? [])]) {
      this.unregisterProducer(group, channel)
    }
  }

  /** Removes and closes the connections that have been silent for CHANNEL_EXPIRED_TIMEOUT_MS. */
  scanNotActiveChannel(): void {
    const oldestMs = this.#clock.now() - CHANNEL_EXPIRED_TIMEOUT_MS
    for (const [group, producers] of this.#groups) {
      for (const client of producers.values()) {
        if (client.lastUpdateTimestamp >= oldestMs) continue
        this.unregisterProducer(group, client.channel)
        client.channel.close('no heartbeat from the producer')
      }
    }
  }

  groupOnline(group: string): boolean {
    return this.#groups.has(group)
  }

  /** The members of a group; undefined when it has none. */
  findClients(group: string): ClientChannelInfo[] | undefined {
    const producers = this.#groups.get(group)
    return producers === undefined ? undefined : [...producers.values()]
  }

  /** All groups with their members. */
  getProducerTable(): ReadonlyMap<string, ClientChannelInfo[]> {
    return new Map([...this.#groups].map(([group, clients]) => [group, [...clients.values()]]))
  }

  /** A live connection of the group, each call the next one; undefined when there is none. */
  getAvailableChannel(group: string): Channel | undefined {
    const channels = [...(this.#groups.get(group)?.keys() ?? [])].filter(({ isOpen }) => isOpen)
    if (channels.length === 0) return undefined
    this.#nextChannel = (this.#nextChannel + 1) % Number.MAX_SAFE_INTEGER
    return channels[this.#nextChannel % channels.length]
  }

  /** The connection over which a client last registered. */
  findChannel(clientId: string): Channel | undefined {
    return this.#channelOfClient.get(clientId)
  }
}
