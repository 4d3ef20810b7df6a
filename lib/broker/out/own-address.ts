import { CodecError } from '../../../codec/errors.ts'
import { Host } from '../../../codec/message/host.ts'
import { hostAndPort } from '../../common/local-address.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel } from '../../remoting/index.ts'

export interface OwnAddressDeps {
  readonly config: Pick<BrokerConfig, 'brokerIP1'>
  /** The port on which the broker listens. */
  readonly port: () => number
  /** The address that Apache would take for the machine's own. */
  readonly machineAddress: string
}

/** The address that the broker gives of itself in messages and answers: brokerIP1, which may change at run time. */
export class OwnAddress {
  readonly #deps: OwnAddressDeps
  #configuredIp: string | undefined
  #configuredHost: Host | undefined

  constructor(deps: OwnAddressDeps) {
    this.#deps = deps
  }

  /** The address in offset ids, by which clients look messages up: brokerIP1, or where the client reached us. */
  storeHost(channel: Channel): Host {
    return this.#brokerIP1() ?? channel.localHost
  }

  /** The same for messages that no client has sent. */
  brokerHost(): Host {
    return this.#brokerIP1() ?? Host.of(this.#deps.machineAddress, this.#deps.port())
  }

  /** As text: brokerIP1, which here may be a name, or where the client reached us. */
  brokerAddr({ localHost }: Channel): string {
    return hostAndPort(this.#deps.config.brokerIP1 || localHost.address, this.#deps.port())
  }

  /** undefined when brokerIP1 is not set, or no IP address. */
  #brokerIP1(): Host | undefined {
    const { brokerIP1 } = this.#deps.config
    if (this.#configuredIp !== brokerIP1) {
      this.#configuredIp = brokerIP1
      this.#configuredHost = ipHost(brokerIP1, this.#deps.port())
    }
    return this.#configuredHost
  }
}

/** undefined when `address` is not an IP address but a name, which a record cannot hold. */
function ipHost(address: string | undefined, port: number): Host | undefined {
  try {
    return address ? Host.of(address, port) : undefined
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}
