import type { PopLiteMessageRequestHeader } from '../../../codec/header/pop-lite-message.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Clock } from '../../common/clock.ts'
import { Deadlines, type Deadlined } from '../../common/deadlines.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel, ChannelEventListener } from '../../remoting/index.ts'
import type { PollingResult } from './pop-long-polling-service.ts'

/** A pop of lite topics that found nothing and waits. */
export interface PopLiteRequest extends Deadlined {
  readonly request: RemotingCommand
  readonly channel: Channel
  readonly header: PopLiteMessageRequestHeader
}

export interface PopLiteLongPollingDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'popPollingSize' | 'maxPopPollingSize'>
  readonly clock: Clock
  /** Runs a request that was held once more; it may be held again. */
  readonly wakeup: (request: PopLiteRequest) => void
  /** Runs `callback` when the events at hand have been handled. */
  readonly defer: (callback: () => void) => void
}

const GRANULARITY_MS = 20
/** A request is answered so long before its client gives it up. Source: broker.longpolling.PopRequest#isTimeout */
const HEADROOM_MS = 50

/**
 * Pops of lite topics that wait, by client, the oldest first. Those that are woken are run together after the events at hand.
 *
 * Apache: broker.longpolling.PopLiteLongPollingService
 */
export class PopLiteLongPollingService implements Service, ChannelEventListener {
  readonly #deps: PopLiteLongPollingDeps
  readonly #held = new Map<string, Set<PopLiteRequest>>()
  readonly #deadlines: Deadlines<PopLiteRequest>
  #size = 0
  #woken: PopLiteRequest[] = []
  #closedChannels = new Set<Channel>()

  constructor(deps: PopLiteLongPollingDeps) {
    this.#deps = deps
    this.#deadlines = new Deadlines(deps.clock, GRANULARITY_MS, (held) => this.#wake(held))
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Drops all held requests; their clients ask again elsewhere. */
  stop(): Promise<void> {
    this.#deadlines.stop()
    this.#held.clear()
    this.#size = 0
    this.#woken = []
    return Promise.resolve()
  }

  /** Holds a request until something is noted for its client or its time is over. */
  polling(
    request: RemotingCommand,
    channel: Channel,
    header: PopLiteMessageRequestHeader,
  ): PollingResult {
    if (header.pollTime <= 0) return 'NOT_POLLING'
    const { brokerConfig, clock } = this.#deps
    if (this.#size >= brokerConfig.maxPopPollingSize) return 'POLLING_FULL'
    const remainingMs = header.bornTime + header.pollTime - HEADROOM_MS - clock.now()
    if (remainingMs < 0) return 'POLLING_TIMEOUT'
    const requests = getOrAdd(this.#held, header.clientId, () => new Set())
    if (requests.size > brokerConfig.popPollingSize) return 'POLLING_FULL'
    const held = { request, channel, header, deadlineBucket: undefined }
    request.isSuspended = true
    requests.add(held)
    this.#size++
    this.#deadlines.set(held, remainingMs)
    return 'POLLING_SUC'
  }

  /** Wakes the oldest request of a client. */
  notify(clientId: string): void {
    for (const held of this.#held.get(clientId) ?? []) {
      if (!held.channel.isOpen) continue
      this.#wake(held)
      return
    }
  }

  onChannelClose(channel: Channel): void {
    if (this.#size === 0) return
    if (this.#closedChannels.size === 0) this.#deps.defer(() => this.#dropClosed())
    this.#closedChannels.add(channel)
  }

  #wake(held: PopLiteRequest): void {
    this.#remove(held)
    if (this.#woken.length === 0) this.#deps.defer(() => this.#runWoken())
    this.#woken.push(held)
  }

  #runWoken(): void {
    const woken = this.#woken
    this.#woken = []
    for (const held of woken) if (held.channel.isOpen) this.#deps.wakeup(held)
  }

  #dropClosed(): void {
    const closed = this.#closedChannels
    this.#closedChannels = new Set()
    for (const requests of this.#held.values()) {
      for (const held of requests) if (closed.has(held.channel)) this.#remove(held)
    }
  }

  #remove(held: PopLiteRequest): void {
    this.#deadlines.clear(held)
    const requests = this.#held.get(held.header.clientId)
    if (requests?.delete(held) !== true) return
    this.#size--
    if (requests.size === 0) this.#held.delete(held.header.clientId)
  }
}
