import type { BrokerAddrInfo } from './broker-addr-info.ts'
import { brokerAddrKey } from './broker-addr-info.ts'

/** The filter servers of brokers that have some. Apache: namesrv.routeinfo.RouteInfoManager#filterServerTable */
export class FilterServerTable {
  readonly #filterServers = new Map<string, readonly string[]>()

  get(broker: BrokerAddrInfo): readonly string[] | undefined {
    return this.#filterServers.get(brokerAddrKey(broker))
  }

  put(broker: BrokerAddrInfo, filterServers: readonly string[]): void {
    if (filterServers.length === 0) this.delete(broker)
    else this.#filterServers.set(brokerAddrKey(broker), filterServers)
  }

  delete(broker: BrokerAddrInfo): void {
    this.#filterServers.delete(brokerAddrKey(broker))
  }
}
