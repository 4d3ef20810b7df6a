import { isReadable, isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type ComponentHealth, componentHealth, type Health } from '../../monitor/health.ts'
import type { MessageStore } from '../../store/types.ts'
import type { BrokerOuterApi } from '../out/broker-outer-api.ts'

export interface BrokerHealthDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerPermission'>
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly messageStore: Pick<
    MessageStore,
    'isDiskFull' | 'isOsPageCacheBusy' | 'flushBehindBytes' | 'dispatchBehindBytes' | 'haService'
  >
  readonly brokerOuterApi: Pick<BrokerOuterApi, 'registrations'>
  /** Whether the store is recovered and the ports are open. */
  readonly isServing: () => boolean
}

/** Whether clients should be sent to this broker. Our own. */
export class BrokerHealth implements Health {
  readonly #deps: BrokerHealthDeps

  constructor(deps: BrokerHealthDeps) {
    this.#deps = deps
  }

  /** All up: recovered, registered, and open for what its role allows: messages in on a master, messages out on both. */
  components(): Readonly<Record<string, ComponentHealth>> {
    const { isServing } = this.#deps
    if (!isServing()) return { server: componentHealth(false, { state: 'starting or stopping' }) }
    return {
      server: componentHealth(true),
      store: this.#store(),
      permission: this.#permission(),
      nameServers: this.#nameServers(),
    }
  }

  #store(): ComponentHealth {
    const { messageStore, storeConfig } = this.#deps
    const { isDiskFull, flushBehindBytes, dispatchBehindBytes } = messageStore
    const isBusy = messageStore.isOsPageCacheBusy()
    const isMaster = storeConfig.brokerRole !== 'SLAVE'
    return componentHealth(!isMaster || (!isDiskFull && !isBusy), {
      role: storeConfig.brokerRole,
      isDiskFull,
      isBusy,
      flushBehindBytes,
      dispatchBehindBytes,
    })
  }

  #permission(): ComponentHealth {
    const { brokerPermission } = this.#deps.brokerConfig
    const isMaster = this.#deps.storeConfig.brokerRole !== 'SLAVE'
    const isOpen = isReadable(brokerPermission) && (!isMaster || isWriteable(brokerPermission))
    return componentHealth(isOpen, { brokerPermission })
  }

  /** Up with one of them, and for a broker that is told of none. */
  #nameServers(): ComponentHealth {
    const { known, registered } = this.#deps.brokerOuterApi.registrations
    return componentHealth(known === 0 || registered > 0, { known, registered })
  }
}
