import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Clock } from '../../common/clock.ts'
import { Deadlines } from '../../common/deadlines.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel, ChannelEventListener } from '../../remoting/index.ts'
import type { MessageArriving, MessageFilter } from '../../store/types.ts'
import { HeldPops, type PollingHeader, type PopRequest } from './held-pops.ts'

/** Whether a request is held now. Source: broker.longpolling.PollingResult */
export type PollingResult = 'POLLING_SUC' | 'POLLING_FULL' | 'POLLING_TIMEOUT' | 'NOT_POLLING'

/** A message by which a held request may be woken: not when its filter does not want it. */
export interface WakingMessage {
  readonly arrived: Pick<MessageArriving, 'tagsCode' | 'record'>
  /** True: whatever the filter says, so that the group's offset moves on now and then. */
  readonly force: boolean
}

export interface PopLongPollingDeps<H extends PollingHeader> {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'popPollingSize' | 'maxPopPollingSize' | 'popLongPollingForceNotifyInterval'
  >
  readonly clock: Clock
  /** True: of several requests the last one is woken first. */
  readonly notifyLast: boolean
  /** Runs a request that was held once more; it may be held again. */
  readonly wakeup: (request: PopRequest<H>) => void
  /** Runs `callback` when the events at hand have been handled. */
  readonly defer: (callback: () => void) => void
}

const GRANULARITY_MS = 20
/** A request is answered so long before its client gives it up. Source: broker.longpolling.PopRequest#isTimeout */
const HEADROOM_MS = 50

/**
 * Pops, or notifications, that wait for messages. Each arriving message wakes one request of each group; what that leaves
 * over wakes the next one. Those to be woken are run together after the events at hand.
 *
 * Apache: broker.longpolling.PopLongPollingService
 */
export class PopLongPollingService<H extends PollingHeader>
  implements Service, ChannelEventListener
{
  readonly #deps: PopLongPollingDeps<H>
  readonly #held = new HeldPops<H>()
  readonly #deadlines: Deadlines<PopRequest<H>>
  #woken: PopRequest<H>[] = []
  #closedChannels = new Set<Channel>()

  constructor(deps: PopLongPollingDeps<H>) {
    this.#deps = deps
    this.#deadlines = new Deadlines(deps.clock, GRANULARITY_MS, (request) => this.#wake(request))
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Drops all held requests; their clients ask again elsewhere. */
  stop(): Promise<void> {
    this.#deadlines.stop()
    this.#held.clear()
    this.#woken = []
    return Promise.resolve()
  }

  /** Requests that are held for a queue, or with -1 for all queues. */
  pollingNum(topic: string, group: string, queueId: number): number {
    return this.#held.get(topic, group, queueId)?.length ?? 0
  }

  /** Holds a request until a message arrives or its time is over. */
  polling(
    request: RemotingCommand,
    channel: Channel,
    header: H,
    filter: MessageFilter | undefined,
  ): PollingResult {
    if (header.pollTime <= 0) return 'NOT_POLLING'
    const { brokerConfig, clock } = this.#deps
    if (this.#held.size >= brokerConfig.maxPopPollingSize) return 'POLLING_FULL'
    const remainingMs = header.bornTime + header.pollTime - HEADROOM_MS - clock.now()
    if (remainingMs < 0) return 'POLLING_TIMEOUT'
    const { topic, consumerGroup, queueId } = header
    if (this.pollingNum(topic, consumerGroup, queueId) > brokerConfig.popPollingSize) {
      return 'POLLING_FULL'
    }
    const held = { request, channel, header, filter, deadlineBucket: undefined }
    request.isSuspended = true
    this.#held.add(held)
    this.#deadlines.set(held, remainingMs)
    return 'POLLING_SUC'
  }

  /** A message has arrived in the store: one request of each group that reads its topic is woken. */
  notifyMessageArriving(arrived: MessageArriving): void {
    if (this.#held.size === 0) return
    const { topic, queueId, logicOffset } = arrived
    const interval = this.#deps.brokerConfig.popLongPollingForceNotifyInterval
    const message = { arrived, force: interval > 0 && logicOffset % interval === 0 }
    const retried = this.#held.ownersOfRetryTopic(topic)
    if (retried !== undefined) {
      for (const owner of [...retried]) this.notifyRetried(owner.topic, owner.group, message)
      return
    }
    for (const group of [...this.#held.groupsOf(topic)]) {
      this.notifyGroup(topic, group, -1, message)
      this.notifyGroup(topic, group, queueId, message)
    }
  }

  /** Wakes one request of a group that waits for a queue, or with -1 for all. True when there was one. */
  notifyGroup(topic: string, group: string, queueId: number, message?: WakingMessage): boolean {
    const requests = this.#held.get(topic, group, queueId)
    if (requests === undefined) return false
    const request = this.#deps.notifyLast ? requests.findLast(isOpen) : requests.find(isOpen)
    if (request === undefined) return false
    if (message?.force === false && !isWanted(message.arrived, request.filter)) return false
    this.#wake(request)
    return true
  }

  /** Wakes one request of a group for its retry topic, which each pop reads, whatever queue it is for. */
  notifyRetried(topic: string, group: string, message?: WakingMessage): void {
    for (const queueId of [...this.#held.queuesOf(topic, group)]) {
      if (this.notifyGroup(topic, group, queueId, message)) return
    }
  }

  onChannelClose(channel: Channel): void {
    if (this.#held.size === 0) return
    if (this.#closedChannels.size === 0) this.#deps.defer(() => this.#dropClosed())
    this.#closedChannels.add(channel)
  }

  #wake(request: PopRequest<H>): void {
    this.#remove(request)
    if (this.#woken.length === 0) this.#deps.defer(() => this.#runWoken())
    this.#woken.push(request)
  }

  #runWoken(): void {
    const woken = this.#woken
    this.#woken = []
    for (const request of woken) {
      if (request.channel.isOpen) this.#deps.wakeup(request)
    }
  }

  #remove(request: PopRequest<H>): void {
    this.#held.remove(request)
    this.#deadlines.clear(request)
  }

  #dropClosed(): void {
    const closed = this.#closedChannels
    this.#closedChannels = new Set()
    for (const request of [...this.#held]) if (closed.has(request.channel)) this.#remove(request)
  }
}

function isOpen({ channel }: { readonly channel: Channel }): boolean {
  return channel.isOpen
}

function isWanted(
  { tagsCode, record }: WakingMessage['arrived'],
  filter: MessageFilter | undefined,
): boolean {
  if (filter === undefined) return true
  if (!filter.isMatchedByConsumeQueue(tagsCode)) return false
  return !filter.needsRecord || filter.isMatchedByCommitLog(record.buffer, record.start, record.end)
}
