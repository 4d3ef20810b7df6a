import type { Host } from '../../../codec/message/host.ts'
import { hostAndPort, isLoopback, isWildcard } from '../../common/local-address.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'

/** The addresses under which a broker registers with one NameServer. */
export interface RegisteredAddress {
  readonly brokerAddr: string
  readonly haServerAddr: string
  /** The NameServer may put the address by which a client reached it in the place of the host. */
  readonly isAuto: boolean
}

export interface BrokerAddressDeps {
  readonly config: Pick<BrokerConfig, 'brokerIP1' | 'brokerIP2'>
  /** Where the broker listens, with the real port. */
  readonly listenAddress: () => Host
  readonly haListenPort: () => number
  /** The address that Apache would take for the machine's own. */
  readonly machineAddress: () => string
}

/**
 * Chooses the address that a broker gives of itself: brokerIP1 where it is set. Otherwise the address that it is bound to;
 * when that is every interface, the local end of its connection to the NameServer, for by that address it can be reached
 * from there; when that is loopback, which means nothing elsewhere, the machine's address by Apache's rule.
 * See docs/decisions/0002-advertised-address.md
 */
export class BrokerAddress {
  readonly #deps: BrokerAddressDeps

  constructor(deps: BrokerAddressDeps) {
    this.#deps = deps
  }

  /** The addresses for the NameServer to which we are connected from `localHost`. */
  towards(localHost: Host): RegisteredAddress {
    const { config, listenAddress, haListenPort } = this.#deps
    const automatic = this.#automaticHost(localHost)
    const host = config.brokerIP1 || automatic
    return {
      brokerAddr: hostAndPort(host, listenAddress().port),
      haServerAddr: hostAndPort(config.brokerIP2 || host, haListenPort()),
      isAuto: !config.brokerIP1 && isWildcard(listenAddress()),
    }
  }

  #automaticHost(localHost: Host): string {
    const bound = this.#deps.listenAddress()
    if (!isWildcard(bound)) return bound.address
    return isLoopback(localHost) ? this.#deps.machineAddress() : localHost.address
  }
}
