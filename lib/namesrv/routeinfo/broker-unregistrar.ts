import type { UnRegisterBrokerRequestHeader } from '../../../codec/header/register-broker.ts'
import type { Logger } from '../../common/logger.ts'
import { MASTER_ID, minBrokerId } from './broker-addr-table.ts'
import type { MinBrokerIdNotifier } from './min-broker-id-notifier.ts'
import { withoutWrite } from '../../common/perm-name.ts'
import type { RouteTables } from './route-tables.ts'

interface BrokerUnregistrarDeps {
  readonly tables: RouteTables
  readonly logger: Logger
  readonly notifier: MinBrokerIdNotifier
}

/** Takes brokers out of the route tables. Apache: namesrv.routeinfo.RouteInfoManager#unRegisterBroker */
export class BrokerUnregistrar {
  readonly #deps: BrokerUnregistrarDeps

  constructor(deps: BrokerUnregistrarDeps) {
    this.#deps = deps
  }

  unregister(requests: readonly UnRegisterBrokerRequestHeader[]): void {
    const removed = new Set<string>()
    const reduced = new Set<string>()
    /** Broker name -> the address that went with the smallest id. */
    const minBrokersGone = new Map<string, string>()
    for (const request of requests) {
      const { brokerName, brokerAddr } = request
      const previousMin = this.#minBrokerIdOf(brokerName)
      if (this.#removeBroker(request)) removed.add(brokerName)
      else reduced.add(brokerName)
      if (this.#minBrokerIdOf(brokerName) !== previousMin)
        minBrokersGone.set(brokerName, brokerAddr)
    }
    this.#deps.tables.topicQueues.deleteBrokers(removed)
    for (const brokerName of reduced) this.#wipeWriteWithoutMaster(brokerName)
    for (const [brokerName, offlineAddr] of minBrokersGone) {
      const broker = this.#deps.tables.brokerAddrs.get(brokerName)
      if (broker?.enableActingMaster) this.#deps.notifier.minBrokerGone(broker, offlineAddr)
    }
  }

  /** Returns whether the broker name has gone with its last address. */
  #removeBroker(request: UnRegisterBrokerRequestHeader): boolean {
    const { tables, logger } = this.#deps
    const { clusterName, brokerName, brokerAddr, brokerId } = request
    const wasAlive = tables.brokerLives.delete(request)
    tables.filterServers.delete(request)
    const nameGone = tables.brokerAddrs.deleteAddr(brokerName, brokerAddr)
    if (nameGone) tables.clusterAddrs.delete(clusterName, brokerName)
    logger.info(
      { clusterName, brokerName, brokerId, brokerAddr, wasAlive, nameGone },
      'broker unregistered',
    )
    return nameGone
  }

  #wipeWriteWithoutMaster(brokerName: string): void {
    const { brokerAddrs, topicQueues } = this.#deps.tables
    const broker = brokerAddrs.get(brokerName)
    if (broker?.enableActingMaster && !broker.brokerAddrs.has(MASTER_ID)) {
      topicQueues.changePerm(brokerName, withoutWrite)
    }
  }

  #minBrokerIdOf(brokerName: string): number | undefined {
    const broker = this.#deps.tables.brokerAddrs.get(brokerName)
    return broker === undefined ? undefined : minBrokerId(broker.brokerAddrs)
  }
}
