import type { BrokerData, TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import { MASTER_ID, minBrokerId } from './broker-addr-table.ts'
import { isWriteable } from '../../common/perm-name.ts'
import type { RouteTables } from './route-tables.ts'

/** Topics of which brokers learn their group; they want to see who is there, not who acts. */
const SYNC_BROKER_MEMBER_GROUP_PREFIX = 'rmq_sys_SYNC_BROKER_MEMBER_'

/** Puts together where a topic is. Apache: namesrv.routeinfo.RouteInfoManager#pickupTopicRouteData */
export class TopicRoutePicker {
  readonly #tables: RouteTables
  readonly #config: NamesrvConfig

  constructor(tables: RouteTables, config: NamesrvConfig) {
    this.#tables = tables
    this.#config = config
  }

  /** The caller may change what it gets. undefined: nobody has the topic. */
  pickupTopicRouteData(topic: string): TopicRouteData | undefined {
    const queues = this.#tables.topicQueues.queuesOf(topic)
    if (queues === undefined) return undefined
    const brokerDatas = this.#brokersNamed(queues.keys())
    if (brokerDatas.length === 0) return undefined
    const mappings = this.#tables.topicQueueMappings.mappingsOf(topic)
    const route: TopicRouteData = {
      queueDatas: [...queues.values()],
      brokerDatas,
      filterServerTable: this.#filterServersOf(brokerDatas),
      topicQueueMappingByBroker: mappings === undefined ? undefined : new Map(mappings),
    }
    if (this.#config.supportActingMaster && !topic.startsWith(SYNC_BROKER_MEMBER_GROUP_PREFIX)) {
      for (const broker of brokerDatas) showActingMaster(broker, route)
    }
    return route
  }

  #brokersNamed(brokerNames: Iterable<string>): BrokerData[] {
    const brokers: BrokerData[] = []
    for (const brokerName of brokerNames) {
      const broker = this.#tables.brokerAddrs.get(brokerName)
      if (broker !== undefined)
        brokers.push({ ...broker, brokerAddrs: new Map(broker.brokerAddrs) })
    }
    return brokers
  }

  #filterServersOf(brokers: readonly BrokerData[]): Map<string, string[]> {
    const filterServers = new Map<string, string[]>()
    for (const { cluster, brokerAddrs } of brokers) {
      for (const brokerAddr of brokerAddrs.values()) {
        const servers = this.#tables.filterServers.get({ clusterName: cluster, brokerAddr })
        if (servers !== undefined) filterServers.set(brokerAddr, [...servers])
      }
    }
    return filterServers
  }
}

/** The slave with the smallest id appears as master of queues that nobody can write to. */
function showActingMaster(broker: BrokerData, route: TopicRouteData): void {
  const { brokerAddrs, brokerName, enableActingMaster } = broker
  const minId = minBrokerId(brokerAddrs)
  if (!enableActingMaster || minId === undefined || brokerAddrs.has(MASTER_ID)) return
  const queues = route.queueDatas.find((candidate) => candidate.brokerName === brokerName)
  const actingMaster = brokerAddrs.get(minId)
  if (queues === undefined || isWriteable(queues.perm) || actingMaster === undefined) return
  brokerAddrs.delete(minId)
  brokerAddrs.set(MASTER_ID, actingMaster)
}
