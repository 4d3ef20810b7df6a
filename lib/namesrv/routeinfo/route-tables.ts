import { BrokerAddrTable } from './broker-addr-table.ts'
import { BrokerLiveTable } from './broker-live-table.ts'
import { ClusterAddrTable } from './cluster-addr-table.ts'
import { FilterServerTable } from './filter-server-table.ts'
import { TopicQueueMappingTable } from './topic-queue-mapping-table.ts'
import { TopicQueueTable } from './topic-queue-table.ts'

/** Everything a NameServer knows of topics and brokers. In memory only: brokers tell it anew after a restart. */
export interface RouteTables {
  readonly topicQueues: TopicQueueTable
  readonly brokerAddrs: BrokerAddrTable
  readonly clusterAddrs: ClusterAddrTable
  readonly brokerLives: BrokerLiveTable
  readonly filterServers: FilterServerTable
  readonly topicQueueMappings: TopicQueueMappingTable
}

export function createRouteTables(): RouteTables {
  return {
    topicQueues: new TopicQueueTable(),
    brokerAddrs: new BrokerAddrTable(),
    clusterAddrs: new ClusterAddrTable(),
    brokerLives: new BrokerLiveTable(),
    filterServers: new FilterServerTable(),
    topicQueueMappings: new TopicQueueMappingTable(),
  }
}
