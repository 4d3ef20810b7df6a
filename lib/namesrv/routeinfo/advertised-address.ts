import type { BrokerData, TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type { Host } from '../../../codec/message/host.ts'
import type { Channel } from '../../remoting/index.ts'
import type { BrokerLiveTable } from './broker-live-table.ts'

/**
 * Whether the peer runs on this machine, so that who reaches us at some IP reaches the peer there too.
 * Our own rule: docs/decisions/0002-advertised-address.md
 */
export function isOnThisMachine({ remoteHost, localHost }: Channel): boolean {
  return isLoopback(remoteHost) || remoteHost.ip.equals(localHost.ip)
}

function isLoopback({ ip, isIPv6 }: Host): boolean {
  if (!isIPv6) return ip[0] === 127
  return ip.subarray(0, 15).every((byte) => byte === 0) && ip[15] === 1
}

/** Gives clients addresses of brokers that they can reach. */
export class AdvertisedAddress {
  readonly #brokerLives: BrokerLiveTable

  constructor(brokerLives: BrokerLiveTable) {
    this.#brokerLives = brokerLives
  }

  /** `broker` for a client that reached us at `ownHost`: addresses that follow the client get our IP, the port stays. */
  ofBroker(broker: BrokerData, ownHost: Host): BrokerData {
    const brokerAddrs = Array.from(
      broker.brokerAddrs,
      ([id, addr]) => [id, this.#advertise(broker.cluster, addr, ownHost)] as const,
    )
    return { ...broker, brokerAddrs: new Map(brokerAddrs) }
  }

  ofRoute(route: TopicRouteData, ownHost: Host): TopicRouteData {
    const filterServerTable = new Map(route.filterServerTable)
    for (const { cluster, brokerAddrs } of route.brokerDatas) {
      for (const addr of brokerAddrs.values()) {
        const servers = route.filterServerTable.get(addr)
        if (servers === undefined) continue
        filterServerTable.delete(addr)
        filterServerTable.set(this.#advertise(cluster, addr, ownHost), servers)
      }
    }
    const brokerDatas = route.brokerDatas.map((broker) => this.ofBroker(broker, ownHost))
    return { ...route, brokerDatas, filterServerTable }
  }

  #advertise(clusterName: string, brokerAddr: string, ownHost: Host): string {
    const live = this.#brokerLives.get({ clusterName, brokerAddr })
    if (!live?.addrFollowsClient) return brokerAddr
    const ip = ownHost.isIPv6 ? `[${ownHost.address}]` : ownHost.address
    return ip + brokerAddr.slice(brokerAddr.lastIndexOf(':'))
  }
}
