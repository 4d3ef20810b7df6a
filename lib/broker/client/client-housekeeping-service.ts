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
  readonly #producerManager: ProducerManager
  readonly #consumerManager: ConsumerManager
  readonly #locks: RebalanceLockManager
  #timer: Timer | undefined

  constructor(
    clock: Clock,
    producerManager: ProducerManager,
    consumerManager: ConsumerManager,
    locks: RebalanceLockManager,
  ) {
    this.#clock = clock
    this.#producerManager = producerManager
    this.#consumerManager = consumerManager
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
    this.#producerManager.doChannelCloseEvent(channel)
    this.#consumerManager.doChannelCloseEvent(channel)
  }

  #scan(): void {
    this.#producerManager.scanNotActiveChannel()
    this.#consumerManager.scanNotActiveChannel()
    this.#locks.removeExpired()
  }
}
