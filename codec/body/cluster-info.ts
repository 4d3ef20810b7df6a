import { text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, table } from '../json-schema.ts'
import { BrokerData } from './topic-route-data.ts'

/** Answer to 106 GET_BROKER_CLUSTER_INFO. Source: remoting.protocol.body.ClusterInfo */
export const ClusterInfo = defineBody('ClusterInfo', {
  /** By broker name. */
  brokerAddrTable: table(BrokerData),
  /** Cluster to broker names. */
  clusterAddrTable: table(list(text())),
})
export type ClusterInfo = ValueOf<typeof ClusterInfo>
