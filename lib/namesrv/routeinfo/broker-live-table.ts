import type { DataVersion } from '../../../codec/body/data-version.ts'
import type { Channel } from '../../remoting/index.ts'
import type { BrokerAddrInfo } from './broker-addr-info.ts'
import { brokerAddrKey } from './broker-addr-info.ts'

/** Time after which a silent broker is dropped, when it did not name another one. */
export const DEFAULT_BROKER_CHANNEL_EXPIRED_TIME_MS = 120_000

/** A registered broker process. Apache: namesrv.routeinfo.BrokerLiveInfo */
export interface BrokerLiveInfo extends BrokerAddrInfo {
  readonly lastUpdateTimestampMs: number
  readonly heartbeatTimeoutMs: number
  /** Of the topic configuration that the broker registered last. */
  readonly dataVersion: DataVersion
  readonly channel: Channel
  readonly haServerAddr: string
  /** Clients get the IP by which they reached us instead of the registered one (docs/decisions/0002). */
  readonly addrFollowsClient: boolean
}

/** The broker processes that are alive. Apache: namesrv.routeinfo.RouteInfoManager#brokerLiveTable */
export class BrokerLiveTable {
  readonly #brokers = new Map<string, BrokerLiveInfo>()

  get size(): number {
    return this.#brokers.size
  }

  get(broker: BrokerAddrInfo): BrokerLiveInfo | undefined {
    return this.#brokers.get(brokerAddrKey(broker))
  }

  put(broker: BrokerLiveInfo): void {
    this.#brokers.set(brokerAddrKey(broker), broker)
  }

  delete(broker: BrokerAddrInfo): boolean {
    return this.#brokers.delete(brokerAddrKey(broker))
  }

  /** A sign of life. Nothing happens for a broker that is not registered. */
  touch(broker: BrokerAddrInfo, nowMs: number): void {
    const live = this.get(broker)
    if (live !== undefined) this.put({ ...live, lastUpdateTimestampMs: nowMs })
  }

  /** A broker container has all its brokers on one connection. */
  onChannel(channel: Channel): BrokerLiveInfo[] {
    return [...this.#brokers.values()].filter((broker) => broker.channel === channel)
  }

  expired(nowMs: number): BrokerLiveInfo[] {
    return [...this.#brokers.values()].filter(
      (broker) => broker.lastUpdateTimestampMs + broker.heartbeatTimeoutMs < nowMs,
    )
  }
}
