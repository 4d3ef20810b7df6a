import type { Clock, Timer } from '../../common/clock.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel } from '../../remoting/index.ts'
import type { Broker2Client } from './broker2client.ts'
import type { ConsumerIdsChangeListener } from './consumer-manager.ts'

type ConsumerIdsChangeConfig = Pick<
  BrokerConfig,
  'notifyConsumerIdsChangedEnable' | 'realTimeNotifyConsumerChange'
>

const NOTIFY_PERIOD_MS = 15_000

/** Tells the members of a group that it has changed. Apache: broker.client.DefaultConsumerIdsChangeListener */
export class DefaultConsumerIdsChangeListener implements ConsumerIdsChangeListener, Service {
  readonly #clock: Clock
  readonly #config: ConsumerIdsChangeConfig
  readonly #broker2Client: Broker2Client
  #gathered = new Map<string, readonly Channel[]>()
  #timer: Timer | undefined

  constructor(clock: Clock, config: ConsumerIdsChangeConfig, broker2Client: Broker2Client) {
    this.#clock = clock
    this.#config = config
    this.#broker2Client = broker2Client
  }

  start(): Promise<void> {
    this.#timer = this.#clock.setInterval(() => this.#notifyGathered(), NOTIFY_PERIOD_MS)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  onChange(group: string, channels: readonly Channel[]): void {
    if (!this.#config.notifyConsumerIdsChangedEnable) return
    if (this.#config.realTimeNotifyConsumerChange) this.#notify(group, channels)
    else this.#gathered.set(group, channels)
  }

  #notifyGathered(): void {
    const gathered = this.#gathered
    this.#gathered = new Map()
    for (const [group, channels] of gathered) this.#notify(group, channels)
  }

  #notify(group: string, channels: readonly Channel[]): void {
    for (const channel of channels) this.#broker2Client.notifyConsumerIdsChanged(channel, group)
  }
}
