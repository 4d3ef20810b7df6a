import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel } from '../../remoting/index.ts'
import type { ClientChannelInfo } from './client-channel-info.ts'
import { CompensationTable } from './compensation-table.ts'
import type { ConsumeMode } from './consumer-group-info.ts'
import { ConsumerGroupInfo } from './consumer-group-info.ts'

type ConsumerManagerConfig = Pick<
  BrokerConfig,
  'channelExpiredTimeout' | 'subscriptionExpiredTimeout'
>

/** Told of what happens to consumer groups. Apache: broker.client.ConsumerIdsChangeListener */
export interface ConsumerIdsChangeListener {
  /** Members or topics have changed; `channels` are the members now. */
  onChange?(group: string, channels: readonly Channel[]): void
  /** A heartbeat has named these subscriptions. */
  onRegister?(group: string, subscriptions: readonly SubscriptionData[]): void
  /** The last member has gone. */
  onUnregister?(group: string): void
}

/** One group of a heartbeat. */
export interface ConsumerRegistration {
  readonly group: string
  readonly client: ClientChannelInfo
  readonly mode: ConsumeMode
  /** undefined: the client says that they have not changed (heartbeat V2). */
  readonly subscriptions: readonly SubscriptionData[] | undefined
  readonly isNotifyConsumerIdsChangedEnable: boolean
}

/** The consumers that send heartbeats, by group, and what is known of others. Apache: broker.client.ConsumerManager */
export class ConsumerManager {
  readonly compensation: CompensationTable
  readonly #clock: Clock
  readonly #config: ConsumerManagerConfig
  readonly #listeners: readonly ConsumerIdsChangeListener[]
  readonly #logger: Logger
  readonly #groups = new Map<string, ConsumerGroupInfo>()
  readonly #groupsOfChannel = new Map<Channel, Set<string>>()

  constructor(
    clock: Clock,
    config: ConsumerManagerConfig,
    listeners: readonly ConsumerIdsChangeListener[],
    logger: Logger,
  ) {
    this.compensation = new CompensationTable(clock, config)
    this.#clock = clock
    this.#config = config
    this.#listeners = listeners
    this.#logger = logger
  }

  /** Groups that have members. */
  get groups(): Iterable<ConsumerGroupInfo> {
    return this.#groups.values()
  }

  getConsumerGroupInfo(group: string): ConsumerGroupInfo | undefined {
    return this.#groups.get(group)
  }

  /** What a group wants of a topic, by its heartbeats or by what its requests name. */
  findSubscriptionData(group: string, topic: string): SubscriptionData | undefined {
    const subscription = this.#groups.get(group)?.findSubscriptionData(topic)
    return subscription ?? this.compensation.findSubscriptionData(group, topic)
  }

  /** False for a group that is online and of which nothing says that it wants the topic. */
  mayConsume(group: string, topic: string): boolean {
    if (this.findSubscriptionData(group, topic) !== undefined) return true
    return (this.#groups.get(group)?.subscriptionTable.size ?? 0) === 0
  }

  /** The groups of which a member subscribes to `topic`. */
  queryTopicConsumeByWho(topic: string): string[] {
    const groups = [...this.#groups.values()]
    return groups
      .filter((group) => group.subscriptionTable.has(topic))
      .map(({ groupName }) => groupName)
  }

  /** Notes a heartbeat; tells the listeners of a change. True when members or topics have changed. */
  registerConsumer(registration: ConsumerRegistration): boolean {
    const { group, client, mode, subscriptions } = registration
    const info = getOrAdd(this.#groups, group, () => new ConsumerGroupInfo(group, mode))
    const isNew = info.updateChannel(client, mode)
    if (isNew) getOrAdd(this.#groupsOfChannel, client.channel, () => new Set()).add(group)
    const isOther = subscriptions !== undefined && info.updateSubscription(subscriptions)
    const changed = isNew || isOther
    if (changed) {
      this.#logger.info({ group, clientId: client.clientId, isNew }, 'consumer group changed')
      if (registration.isNotifyConsumerIdsChangedEnable) this.#notifyChange(info)
    }
    if (subscriptions !== undefined) {
      for (const listener of this.#listeners) listener.onRegister?.(group, subscriptions)
    }
    return changed
  }

  unregisterConsumer(group: string, channel: Channel, isNotifyEnable: boolean): void {
    const info = this.#groups.get(group)
    const client = info?.unregisterChannel(channel)
    if (info === undefined || client === undefined) return
    this.#logger.info({ group, clientId: client.clientId }, 'consumer gone')
    const groups = this.#groupsOfChannel.get(channel)
    groups?.delete(group)
    if (groups?.size === 0) this.#groupsOfChannel.delete(channel)
    if (info.isEmpty) {
      this.#groups.delete(group)
      for (const listener of this.#listeners) listener.onUnregister?.(group)
    }
    if (isNotifyEnable) this.#notifyChange(info)
  }

  /** Removes a connection that has closed from all its groups. */
  doChannelCloseEvent(channel: Channel): void {
    for (const group of [...(this.#groupsOfChannel.get(channel) ?? [])]) {
      this.unregisterConsumer(group, channel, true)
    }
  }

  /**
   * Removes and closes the connections that have been silent for too long, and what groups without heartbeats wanted. The members that remain are told, so that
   * they take over the queues at once (with Apache they learn of it at their next rebalance, 20 s at most).
   */
  scanNotActiveChannel(): void {
    const oldestMs = this.#clock.now() - this.#config.channelExpiredTimeout
    for (const [group, info] of this.#groups) {
      for (const client of info.clients) {
        if (client.lastUpdateTimestamp >= oldestMs) continue
        this.unregisterConsumer(group, client.channel, true)
        client.channel.close('no heartbeat from the consumer')
      }
    }
    this.compensation.removeExpired()
  }

  #notifyChange(info: ConsumerGroupInfo): void {
    if (info.messageModel === 'BROADCASTING' || info.isEmpty) return
    const channels = info.getAllChannel()
    for (const listener of this.#listeners) listener.onChange?.(info.groupName, channels)
  }
}
