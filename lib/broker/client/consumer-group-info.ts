import type {
  ConsumeFromWhere,
  ConsumeType,
  MessageModel,
} from '../../../codec/body/heartbeat-data.ts'
import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { Channel } from '../../remoting/index.ts'
import type { ClientChannelInfo } from './client-channel-info.ts'

/** How the members of a group consume; the last heartbeat decides. */
export interface ConsumeMode {
  readonly consumeType: ConsumeType
  readonly messageModel: MessageModel
  readonly consumeFromWhere: ConsumeFromWhere
}

/** The members and the subscriptions of one consumer group. Apache: broker.client.ConsumerGroupInfo */
export class ConsumerGroupInfo {
  readonly groupName: string
  #mode: ConsumeMode
  readonly #clients = new Map<Channel, ClientChannelInfo>()
  readonly #subscriptions = new Map<string, SubscriptionData>()

  constructor(groupName: string, mode: ConsumeMode) {
    this.groupName = groupName
    this.#mode = mode
  }

  get consumeType(): ConsumeType {
    return this.#mode.consumeType
  }

  get messageModel(): MessageModel {
    return this.#mode.messageModel
  }

  get consumeFromWhere(): ConsumeFromWhere {
    return this.#mode.consumeFromWhere
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0
  }

  /** By topic. */
  get subscriptionTable(): ReadonlyMap<string, SubscriptionData> {
    return this.#subscriptions
  }

  get clients(): IterableIterator<ClientChannelInfo> {
    return this.#clients.values()
  }

  getAllChannel(): Channel[] {
    return [...this.#clients.keys()]
  }

  getAllClientId(): string[] {
    return [...this.#clients.values()].map(({ clientId }) => clientId)
  }

  findSubscriptionData(topic: string): SubscriptionData | undefined {
    return this.#subscriptions.get(topic)
  }

  findChannel(channel: Channel): ClientChannelInfo | undefined {
    return this.#clients.get(channel)
  }

  findClient(clientId: string): ClientChannelInfo | undefined {
    for (const client of this.#clients.values()) {
      if (client.clientId === clientId) return client
    }
    return undefined
  }

  /** Notes a heartbeat. True when the connection is new to the group. */
  updateChannel(client: ClientChannelInfo, mode: ConsumeMode): boolean {
    this.#mode = mode
    const known = this.#clients.get(client.channel)
    if (known?.clientId === client.clientId) known.lastUpdateTimestamp = client.lastUpdateTimestamp
    else this.#clients.set(client.channel, client)
    return known === undefined
  }

  unregisterChannel(channel: Channel): ClientChannelInfo | undefined {
    const client = this.#clients.get(channel)
    this.#clients.delete(channel)
    return client
  }

  /**
   * Takes over a client's subscriptions: an expression is replaced by one of a higher version, a topic that is no
   * longer named is dropped. True when topics were added or dropped.
   */
  updateSubscription(subscriptions: readonly SubscriptionData[]): boolean {
    let updated = false
    const topics = new Set<string>()
    for (const subscription of subscriptions) {
      const { topic } = subscription
      topics.add(topic)
      const old = this.#subscriptions.get(topic)
      if (old === undefined) updated = true
      else if (subscription.subVersion <= old.subVersion) continue
      this.#subscriptions.set(topic, subscription)
    }
    for (const topic of this.#subscriptions.keys()) {
      if (topics.has(topic)) continue
      this.#subscriptions.delete(topic)
      updated = true
    }
    return updated
  }
}
