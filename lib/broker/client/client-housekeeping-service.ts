import type { Clock, Timer } from '../../common/clock.ts'
import type { Service } from '../../common/service.ts'
import type { Channel, ChannelEventListener } from '../../remoting/index.ts'
import type { ConsumerManager } from './consumer-manager.ts'
import type { ProducerManager } from './producer-manager.ts'
import type { RebalanceLockManager } from './rebalance-lock-manager.ts'

const SCAN_PERIOD_MS = 10_000

/** Removes clients that have gone or fallen silent. Apache: broker.client.ClientHousekeepingService */
export class ClientHousekeepingService implements Service, ChannelEventListener {
  readonly #clock: Clock
  readonly #producers: ProducerManager
  readonly #consumers: ConsumerManager
  readonly #locks: RebalanceLockManager
  #timer: Timer | undefined

  constructor(
    clock: Clock,
    producers: ProducerManager,
    consumers: ConsumerManager,
    locks: RebalanceLockManager,
  ) {
    this.#clock = clock
    this.#producers = producers
    this.#consumers = consumers
    this.#locks = locks
  }

  start(): Promise<void> {
    this.#timer = this.#clock.setInterval(() => this.#scan(), SCAN_PERIOD_MS)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  onChannelClose(channel: Channel): void {
    this.#producers.doChannelCloseEvent(channel)
    this.#consumers.doChannelCloseEvent(channel)
  }

  #scan(): void {
    this.#producers.scanNotActiveChannel()
    this.#consumers.scanNotActiveChannel()
    this.#locks.removeExpired()
  }
}
