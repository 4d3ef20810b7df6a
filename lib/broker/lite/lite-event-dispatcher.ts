import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import { repeat } from '../../common/repeat.ts'
import type { Service } from '../../common/service.ts'
import type { LiteConfig } from '../../config/lite-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import { ClientEventSet } from './client-event-set.ts'
import type { LiteMetadata } from './lite-metadata.ts'
import type {
  ClientGroup,
  LiteCtlListener,
  LiteSubscriptionRegistry,
} from './lite-subscription-registry.ts'
import { belongsTo, isLiteTopicQueue } from './lite-topic-names.ts'

export interface LiteEventDispatcherDeps {
  readonly liteConfig: Pick<
    LiteConfig,
    | 'enableLiteEventMode'
    | 'liteEventCheckInterval'
    | 'liteEventFullDispatchDelayTime'
    | 'liteEventFullDispatchDelayTimeForWildcardGroup'
  >
  readonly metadata: LiteMetadata
  readonly registry: LiteSubscriptionRegistry
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'topics'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset'>
  /** Wakes a held pop of a client. */
  readonly wake: (clientId: string) => void
  readonly clock: Clock
  readonly logger: Logger
  /** At least 0, less than 1. */
  readonly random: () => number
}

/** What is to be looked through later: all that a client is subscribed to, or all of a group that reads everything. */
interface FullDispatch {
  readonly group: string
  readonly dueMs: number
}

const BLACKLIST_EXPIRE_MS = 10_000
const MIN_DELAY_MS = 50
const REGISTERED_DELAY_MS = 5_000
/** So that clients whose sets are full do not all come at the same time. */
const SPREAD_MS = 15_000
const ACTIVE_SPREAD_MS = 10_000
/** A held pop is woken for each so many lite topics. */
const WAKE_STEP = 10

/**
 * Notes for clients which of their lite topics have messages, one client of each group for each lite topic, and wakes their pops.
 * What cannot be noted, because a client has too much already, is looked for later among all its lite topics.
 *
 * Apache: broker.lite.LiteEventDispatcher
 */
export class LiteEventDispatcher implements Service, LiteCtlListener {
  readonly #deps: LiteEventDispatcherDeps
  readonly #eventSets = new Map<string, ClientEventSet>()
  readonly #fullDispatches = new Map<string, FullDispatch>()
  /** Clients that have gone silent lately, and until when they are avoided. */
  readonly #blacklist = new Map<string, number>()
  #timer: Timer | undefined

  constructor(deps: LiteEventDispatcherDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    const { clock, liteConfig } = this.#deps
    this.#timer = repeat(
      clock,
      () => this.#scan(),
      () => liteConfig.liteEventCheckInterval,
    )
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  /** Clients for which something is, or was lately, noted. */
  get eventMapSize(): number {
    return this.#eventSets.size
  }

  /** When a client asked last; -1 for one that is not known. */
  getClientLastAccessTime(clientId: string): number {
    return this.#eventSets.get(clientId)?.lastAccessTime ?? -1
  }

  /** Messages have arrived for all groups, or may be had again by one. */
  dispatch(group: string | undefined, lmqName: string): void {
    if (!isLiteTopicQueue(lmqName)) return
    this.#dispatch(group, lmqName, undefined)
  }

  /** As `dispatch`, if there is something that the group has not got yet. */
  dispatchIfBehind(group: string, lmqName: string): void {
    if (this.#isBehind(group, lmqName)) this.dispatch(group, lmqName)
  }

  hasEvents(clientId: string): boolean {
    return this.#eventSets.get(clientId)?.isEmpty === false
  }

  /** Takes what is noted for a client; or else each of its lite topics. */
  *events(clientId: string): Iterable<string> {
    const { liteConfig, registry } = this.#deps
    if (!liteConfig.enableLiteEventMode) {
      yield* registry.liteTopicsOf(clientId) ?? []
      return
    }
    const events = this.#eventSets.get(clientId)
    for (let event = events?.poll(); event !== undefined; event = events?.poll()) yield event
  }

  /** Looks through all lite topics of the clients of a group. */
  doFullDispatchByGroup(group: string): void {
    const { metadata, registry } = this.#deps
    if (metadata.isWildcardGroup(group)) {
      this.#doFullDispatchForWildcardGroup(group)
      return
    }
    for (const clientId of registry.getAllClientIdByGroup(group)) {
      this.doFullDispatchForClient(clientId, group)
    }
  }

  /** Looks through all lite topics of a client; later, when it has enough to do or seems to have gone. */
  doFullDispatchForClient(clientId: string, group: string): void {
    const { liteConfig, registry, wake } = this.#deps
    const lmqNames = registry.liteTopicsOf(clientId)
    if (!liteConfig.enableLiteEventMode || lmqNames === undefined || lmqNames.size === 0) return
    const events = this.#eventSetOf(clientId, group)
    if (events.maybeBlock) {
      this.#scheduleFull(clientId, group, SPREAD_MS)
      return
    }
    if (!events.isLowWaterMark) {
      this.#scheduleFull(clientId, group, events.isActiveConsuming ? 0 : ACTIVE_SPREAD_MS)
      return
    }
    let count = 0
    for (const lmqName of lmqNames) {
      if (!this.#isBehind(group, lmqName)) continue
      if (!events.offer(lmqName)) {
        this.#scheduleFull(clientId, group, events.isActiveConsuming ? 0 : SPREAD_MS)
        break
      }
      if (count++ % WAKE_STEP === 0) wake(clientId)
    }
    wake(clientId)
  }

  /** What was taken for a client and could not be given to it is looked for again. */
  retryLater(clientId: string, group: string): void {
    this.#scheduleFull(clientId, group, 0)
  }

  onRegister(_clientId: string, group: string, lmqName: string): void {
    if (this.#deps.metadata.isWildcardGroup(group)) {
      this.#scheduleWildcard(group, REGISTERED_DELAY_MS)
    } else if (this.#deps.messageStore.getMaxOffsetInQueue(lmqName, 0) > 0) {
      this.#dispatch(group, lmqName, undefined)
    }
  }

  onRemoveAll(clientId: string): void {
    const events = this.#eventSets.get(clientId)
    if (events !== undefined) this.#redispatch(clientId, events)
  }

  #dispatch(group: string | undefined, lmqName: string, excludeClientId: string | undefined): void {
    const { liteConfig, registry } = this.#deps
    if (!liteConfig.enableLiteEventMode) return
    for (const [each, clients] of registry.getAllSubscriber(group, lmqName)) {
      this.#selectAndDispatch(lmqName, each, clients, excludeClientId)
    }
  }

  /** Notes a lite topic for one of the clients of a group, rather not for one that seems to have gone. False when all have too much. */
  #selectAndDispatch(
    lmqName: string,
    group: string,
    clients: readonly ClientGroup[],
    excludeClientId: string | undefined,
  ): boolean {
    const { metadata, liteConfig, random } = this.#deps
    const isWildcard = metadata.isWildcardGroup(group)
    const start = Math.floor(random() * clients.length)
    const fallbacks: string[] = []
    for (let i = 0; i < clients.length; i++) {
      const { clientId } = clients[(start + i) % clients.length] as ClientGroup
      if (clientId === excludeClientId || this.#isBlacklisted(clientId)) fallbacks.push(clientId)
      else if (this.#tryDispatch(lmqName, clientId, group, isWildcard)) return true
    }
    if (fallbacks.some((clientId) => this.#tryDispatch(lmqName, clientId, group, isWildcard))) {
      return true
    }
    if (isWildcard) {
      this.#scheduleWildcard(group, liteConfig.liteEventFullDispatchDelayTimeForWildcardGroup)
    }
    return false
  }

  #tryDispatch(lmqName: string, clientId: string, group: string, isWildcard: boolean): boolean {
    if (this.#eventSetOf(clientId, group).offer(lmqName)) {
      this.#deps.wake(clientId)
      return true
    }
    if (!isWildcard) {
      this.#scheduleFull(clientId, group, this.#isBlacklisted(clientId) ? SPREAD_MS : 0)
    }
    return false
  }

  #doFullDispatchForWildcardGroup(group: string): void {
    const { liteConfig, metadata, registry, messageStore } = this.#deps
    const parent = metadata.bindTopicOf(group)
    if (!liteConfig.enableLiteEventMode || parent === undefined) return
    const clients = registry.getWildcardSubscriber(group, parent)
    if (clients.length === 0) return
    for (const lmqName of messageStore.topics) {
      if (!belongsTo(lmqName, parent) || !this.#isBehind(group, lmqName)) continue
      if (!this.#selectAndDispatch(lmqName, group, clients, undefined)) return
    }
  }

  /** True when a lite topic has messages that a group has not got yet. */
  #isBehind(group: string, lmqName: string): boolean {
    const { messageStore, consumerOffsetManager } = this.#deps
    const maxOffset = messageStore.getMaxOffsetInQueue(lmqName, 0)
    return maxOffset > 0 && consumerOffsetManager.queryOffset(group, lmqName, 0) < maxOffset
  }

  #eventSetOf(clientId: string, group: string): ClientEventSet {
    const { metadata, clock } = this.#deps
    return getOrAdd(this.#eventSets, clientId, () => {
      return new ClientEventSet(group, metadata.maxClientEventCount(group), clock)
    })
  }

  #isBlacklisted(clientId: string): boolean {
    return (this.#blacklist.get(clientId) ?? 0) > this.#deps.clock.now()
  }

  #scheduleWildcard(group: string, delayMs: number): void {
    this.#schedule(`$${group}$`, group, delayMs)
  }

  #scheduleFull(clientId: string, group: string, spreadMs: number): void {
    const { liteConfig, random } = this.#deps
    const delayMs = liteConfig.liteEventFullDispatchDelayTime + Math.floor(random() * spreadMs)
    this.#schedule(clientId, group, delayMs)
  }

  #schedule(key: string, group: string, delayMs: number): void {
    if (this.#fullDispatches.has(key)) return
    const dueMs = this.#deps.clock.now() + Math.max(delayMs, MIN_DELAY_MS)
    this.#fullDispatches.set(key, { group, dueMs })
  }

  #scan(): void {
    const nowMs = this.#deps.clock.now()
    for (const [clientId, untilMs] of this.#blacklist) {
      if (untilMs <= nowMs) this.#blacklist.delete(clientId)
    }
    for (const [clientId, events] of [...this.#eventSets]) {
      if (!events.maybeBlock) continue
      this.#blacklist.set(clientId, nowMs + BLACKLIST_EXPIRE_MS)
      this.#redispatch(clientId, events)
    }
    for (const [key, { group, dueMs }] of [...this.#fullDispatches]) {
      if (dueMs > nowMs) continue
      this.#fullDispatches.delete(key)
      if (this.#deps.metadata.isWildcardGroup(group)) this.#doFullDispatchForWildcardGroup(group)
      else this.doFullDispatchForClient(key, group)
    }
  }

  /** Gives what was noted for a client to others of its group, or to itself again if there are none. */
  #redispatch(clientId: string, events: ClientEventSet): void {
    this.#eventSets.delete(clientId)
    for (let event = events.poll(); event !== undefined; event = events.poll()) {
      this.#dispatch(events.group, event, clientId)
    }
  }
}
