import type { OffsetOption } from '../../../codec/body/lite-subscription.ts'
import type { NotifyUnsubscribeLiteRequestHeader } from '../../../codec/header/notify-unsubscribe-lite.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import { repeat } from '../../common/repeat.ts'
import type { Service } from '../../common/service.ts'
import type { LiteConfig } from '../../config/lite-config.ts'
import { type Channel, RemotingError } from '../../remoting/index.ts'
import type { LiteMetadata } from './lite-metadata.ts'
import { FROM_START, type LiteOffsetReset } from './lite-offset-reset.ts'
import { parseLmqName } from './lite-topic-names.ts'

/** A client, and the group for which it has subscribed. Source: common.entity.ClientGroup */
export interface ClientGroup {
  readonly clientId: string
  readonly group: string
}

/** Who subscribes: a client of a group, for lite topics of one parent. */
export interface LiteSubscriber extends ClientGroup {
  readonly topic: string
}

/** Apache: common.lite.LiteSubscription */
interface LiteSubscription {
  readonly group: string
  readonly topic: string
  /** Names of queues. */
  readonly liteTopicSet: Set<string>
  /** By which the client, or the Proxy before it, has subscribed last. */
  channel: Channel
  updateTimeMs: number
}

/** Told of changes. Apache: broker.lite.LiteCtlListener */
export interface LiteCtlListener {
  onRegister(clientId: string, group: string, lmqName: string): void
  onRemoveAll(clientId: string, group: string): void
}

export interface LiteSubscriptionRegistryDeps {
  readonly liteConfig: Pick<
    LiteConfig,
    | 'maxLiteSubscriptionCount'
    | 'liteSubscriptionCheckInterval'
    | 'liteSubscriptionCheckTimeoutMills'
  >
  readonly metadata: LiteMetadata
  readonly offsetReset: LiteOffsetReset
  readonly notifyUnsubscribeLite: (
    channel: Channel,
    header: NotifyUnsubscribeLiteRequestHeader,
  ) => void
  readonly clock: Clock
  readonly logger: Logger
}

/** The place of a group that reads all lite topics of its parent, among the names of queues. */
function wildcardName(topic: string, group: string): string {
  return `${topic}@${group}`
}

/**
 * Which client reads which lite topics. Clients renew their subscriptions; what is not renewed ends after a while.
 *
 * Apache: broker.lite.LiteSubscriptionRegistryImpl
 */
export class LiteSubscriptionRegistry implements Service {
  readonly #deps: LiteSubscriptionRegistryDeps
  readonly #subscriptions = new Map<string, LiteSubscription>()
  /** By queue, then client. */
  readonly #subscribers = new Map<string, Map<string, ClientGroup>>()
  /** The groups of each parent that read all its lite topics. */
  readonly #wildcardGroups = new Map<string, Set<string>>()
  readonly #listeners: LiteCtlListener[] = []
  #activeNum = 0
  #timer: Timer | undefined

  constructor(deps: LiteSubscriptionRegistryDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    const { clock, liteConfig } = this.#deps
    const cleanup = () => this.#cleanupExpired()
    this.#timer = repeat(clock, cleanup, () => liteConfig.liteSubscriptionCheckInterval)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  addListener(listener: LiteCtlListener): void {
    this.#listeners.push(listener)
  }

  /** Subscriptions of all clients, each lite topic counted. */
  get activeSubscriptionNum(): number {
    return this.#activeNum
  }

  /** The queues that a client is subscribed to; undefined for one that is not known. */
  liteTopicsOf(clientId: string): ReadonlySet<string> | undefined {
    return this.#subscriptions.get(clientId)?.liteTopicSet
  }

  /** @throws RemotingError beyond the bound, and for a group that reads all lite topics */
  addPartialSubscription(
    subscriber: LiteSubscriber,
    channel: Channel,
    lmqNames: Iterable<string>,
    offsetOption: OffsetOption | undefined,
  ): void {
    const { metadata, offsetReset } = this.#deps
    this.#checkQuota(subscriber.clientId, 1)
    if (metadata.isWildcardGroup(subscriber.group)) {
      const remark = 'subscribe lite operation is not supported for this group'
      throw new RemotingError(ResponseCode.ILLEGAL_OPERATION, illegalState(remark))
    }
    const subscription = this.#getOrCreate(subscriber, channel)
    const client = { clientId: subscriber.clientId, group: subscription.group }
    for (const lmqName of lmqNames) {
      if (metadata.isSubLiteExclusive(subscriber.group)) this.#exclude(subscriber, lmqName)
      if (offsetOption !== undefined) offsetReset.reset(lmqName, subscriber.group, offsetOption)
      this.#add(subscription, client, lmqName)
    }
  }

  removePartialSubscription(subscriber: LiteSubscriber, lmqNames: Iterable<string>): void {
    const subscription = this.#subscriptions.get(subscriber.clientId)
    if (subscription === undefined) return
    const mayReset = this.#deps.metadata.isResetOffsetOnUnsubscribe(subscriber.group)
    for (const lmqName of lmqNames) {
      this.#remove(subscription, subscriber.clientId, lmqName, mayReset)
    }
  }

  /** Makes `lmqNames` all that a client is subscribed to. @throws RemotingError beyond the bound */
  addCompleteSubscription(
    subscriber: LiteSubscriber,
    channel: Channel,
    lmqNames: ReadonlySet<string>,
  ): void {
    const { clientId, group, topic } = subscriber
    const isWildcard = this.#deps.metadata.isWildcardGroup(group)
    const names = isWildcard ? new Set([wildcardName(topic, group)]) : lmqNames
    const known = this.#subscriptions.get(clientId)?.liteTopicSet
    const added = [...names].filter((name) => known?.has(name) !== true)
    this.#checkQuota(clientId, added.length)
    const subscription = this.#getOrCreate(subscriber, channel)
    if (isWildcard) getOrAdd(this.#wildcardGroups, topic, () => new Set()).add(group)
    for (const name of [...subscription.liteTopicSet]) {
      if (!names.has(name)) this.#remove(subscription, clientId, name, false)
    }
    const client = { clientId, group: subscription.group }
    for (const name of names) this.#add(subscription, client, name)
  }

  removeCompleteSubscription(clientId: string): void {
    const subscription = this.#subscriptions.get(clientId)
    if (subscription === undefined) return
    for (const name of [...subscription.liteTopicSet]) {
      this.#remove(subscription, clientId, name, false)
    }
    this.#subscriptions.delete(clientId)
    for (const listener of this.#listeners) listener.onRemoveAll(clientId, subscription.group)
  }

  /** Ends all subscriptions to a lite topic that has been removed. The clients renew theirs. */
  cleanSubscription(lmqName: string): void {
    const subscribers = this.#subscribers.get(lmqName)
    if (subscribers === undefined) return
    this.#subscribers.delete(lmqName)
    for (const clientId of subscribers.keys()) {
      this.#subscriptions.get(clientId)?.liteTopicSet.delete(lmqName)
    }
    this.#activeNum -= subscribers.size
  }

  /** The clients by group that read a lite topic: of one group, or of all. */
  getAllSubscriber(group: string | undefined, lmqName: string): Map<string, ClientGroup[]> {
    const groups = new Map<string, ClientGroup[]>()
    for (const client of this.#subscribers.get(lmqName)?.values() ?? []) {
      getOrAdd(groups, client.group, () => []).push(client)
    }
    const topic = parseLmqName(lmqName)?.parentTopic ?? ''
    for (const each of this.#wildcardGroups.get(topic) ?? []) {
      const clients = this.getWildcardSubscriber(each, topic)
      if (clients.length > 0) groups.set(each, clients)
    }
    if (group === undefined) return groups
    const clients = groups.get(group)
    return new Map(clients === undefined ? [] : [[group, clients]])
  }

  /** The clients of a group that reads all lite topics. */
  getWildcardSubscriber(group: string, topic: string): ClientGroup[] {
    return [...(this.#subscribers.get(wildcardName(topic, group))?.values() ?? [])]
  }

  getAllClientIdByGroup(group: string): string[] {
    return Array.from(this.#subscriptions)
      .filter(([, subscription]) => subscription.group === group)
      .map(([clientId]) => clientId)
  }

  /** Clients without any lite topic count, too. */
  #checkQuota(clientId: string, added: number): void {
    const { maxLiteSubscriptionCount: max } = this.#deps.liteConfig
    const isKnown = this.#subscriptions.has(clientId) || this.#subscriptions.size < max
    if (isKnown && (added === 0 || this.#activeNum + added <= max)) return
    throw new RemotingError(
      ResponseCode.LITE_SUBSCRIPTION_QUOTA_EXCEEDED,
      `org.apache.rocketmq.broker.lite.LiteQuotaException: lite subscription quota exceeded ${max}`,
    )
  }

  #getOrCreate({ clientId, group, topic }: LiteSubscriber, channel: Channel): LiteSubscription {
    const subscription = getOrAdd(this.#subscriptions, clientId, () => ({
      ...{ group, topic, channel, liteTopicSet: new Set<string>() },
      updateTimeMs: this.#deps.clock.now(),
    }))
    subscription.channel = channel
    return subscription
  }

  #add(subscription: LiteSubscription, client: ClientGroup, lmqName: string): void {
    subscription.updateTimeMs = this.#deps.clock.now()
    subscription.liteTopicSet.add(lmqName)
    const subscribers = getOrAdd(this.#subscribers, lmqName, () => new Map<string, ClientGroup>())
    if (subscribers.has(client.clientId)) return
    subscribers.set(client.clientId, client)
    this.#activeNum++
    for (const listener of this.#listeners) {
      listener.onRegister(client.clientId, client.group, lmqName)
    }
  }

  #remove(
    subscription: LiteSubscription,
    clientId: string,
    lmqName: string,
    isReset: boolean,
  ): void {
    subscription.updateTimeMs = this.#deps.clock.now()
    subscription.liteTopicSet.delete(lmqName)
    const subscribers = this.#subscribers.get(lmqName)
    if (subscribers?.delete(clientId) !== true) return
    this.#activeNum--
    if (isReset) this.#deps.offsetReset.reset(lmqName, subscription.group, FROM_START)
    if (subscribers.size > 0) return
    this.#subscribers.delete(lmqName)
    const { topic, group } = subscription
    if (lmqName === wildcardName(topic, group)) this.#removeWildcardGroup(topic, group)
  }

  #removeWildcardGroup(topic: string, group: string): void {
    const groups = this.#wildcardGroups.get(topic)
    groups?.delete(group)
    if (groups?.size === 0) this.#wildcardGroups.delete(topic)
  }

  /** Takes a lite topic from the clients of a group that have it. */
  #exclude({ group, clientId: newClientId }: LiteSubscriber, lmqName: string): void {
    const { metadata, notifyUnsubscribeLite } = this.#deps
    const liteTopic = parseLmqName(lmqName)?.liteTopic ?? ''
    for (const { clientId } of this.getAllSubscriber(group, lmqName).get(group) ?? []) {
      const subscription = this.#subscriptions.get(clientId)
      if (subscription === undefined || clientId === newClientId) continue
      const isReset = metadata.isResetOffsetInExclusiveMode(group)
      this.#remove(subscription, clientId, lmqName, isReset)
      if (subscription.liteTopicSet.size === 0) this.#subscriptions.delete(clientId)
      notifyUnsubscribeLite(subscription.channel, { clientId, consumerGroup: group, liteTopic })
    }
  }

  #cleanupExpired(): void {
    const { clock, liteConfig, logger } = this.#deps
    const oldestMs = clock.now() - liteConfig.liteSubscriptionCheckTimeoutMills
    for (const [clientId, { updateTimeMs, group, topic }] of [...this.#subscriptions]) {
      if (updateTimeMs >= oldestMs) continue
      logger.info({ clientId, group, topic }, 'subscriptions to lite topics not renewed')
      this.removeCompleteSubscription(clientId)
    }
  }
}

/** Remarks are the texts of Java's exceptions. */
export function illegalState(message: string): string {
  return `java.lang.IllegalStateException: ${message}`
}
