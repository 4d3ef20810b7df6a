import type { BrokerData } from '../../../codec/body/topic-route-data.ts'
import type { BrokerAddrInfo } from './broker-addr-info.ts'

/** Broker id of a master. Source: common.MixAll#MASTER_ID */
export const MASTER_ID = 0

/**
 * The addresses behind each broker name: brokerName -> BrokerData{brokerId -> address}.
 * Apache: namesrv.routeinfo.RouteInfoManager#brokerAddrTable
 */
export class BrokerAddrTable {
  readonly #brokers = new Map<string, BrokerData>()

  get all(): ReadonlyMap<string, BrokerData> {
    return this.#brokers
  }

  get(brokerName: string): BrokerData | undefined {
    return this.#brokers.get(brokerName)
  }

  put(broker: BrokerData): void {
    this.#brokers.set(broker.brokerName, broker)
  }

  /** Removes an address; with the last one the name goes too. Returns whether the name has gone. */
  deleteAddr(brokerName: string, brokerAddr: string): boolean {
    const broker = this.#brokers.get(brokerName)
    if (broker === undefined) return false
    for (const [id, addr] of broker.brokerAddrs) {
      if (addr === brokerAddr) broker.brokerAddrs.delete(id)
    }
    return broker.brokerAddrs.size === 0 && this.#brokers.delete(brokerName)
  }

  /** Under which name and id an address stands. */
  find({ clusterName, brokerAddr }: BrokerAddrInfo): { name: string; id: number } | undefined {
    for (const [name, broker] of this.#brokers) {
      if (broker.cluster !== clusterName) continue
      for (const [id, addr] of broker.brokerAddrs) if (addr === brokerAddr) return { name, id }
    }
    return undefined
  }
}

/** The smallest id of a broker name, undefined when it has no address. */
export function minBrokerId(brokerAddrs: ReadonlyMap<number, string>): number | undefined {
  return brokerAddrs.size === 0 ? undefined : Math.min(...brokerAddrs.keys())
}
