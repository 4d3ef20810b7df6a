import type { ClusterInfo } from '../../codec/body/cluster-info.ts'
import type { BrokerData } from '../../codec/body/topic-route-data.ts'
import type { MqAdminClient } from './mq-admin-client.ts'

/** The id of a master among the brokers of a name. Source: common.MixAll#MASTER_ID */
export const MASTER_ID = 0

const NO_CLUSTER =
  'Make sure the specified clusterName exists or the name server connected to is correct.'

/** The brokers of a cluster by name, sorted; none when there is no such cluster. */
export function brokersOf(info: ClusterInfo, clusterName: string): BrokerData[] {
  const names = info.clusterAddrTable.get(clusterName) ?? []
  return [...names].sort().flatMap((name) => info.brokerAddrTable.get(name) ?? [])
}

/** Broker id and address, the master first. */
export function addressesOf({ brokerAddrs }: BrokerData): [id: number, address: string][] {
  return [...brokerAddrs].sort(([a], [b]) => a - b)
}

/** The master's address; without one that of the slave with the lowest id. Apache: BrokerData#selectBrokerAddr */
export function selectBrokerAddr(broker: BrokerData): string | undefined {
  return addressesOf(broker)[0]?.[1]
}

/** @throws (rejects) Error when there is no such cluster */
export async function fetchBrokers(
  admin: MqAdminClient,
  clusterName: string,
): Promise<BrokerData[]> {
  const info = await admin.examineBrokerClusterInfo()
  if (info.clusterAddrTable.has(clusterName)) return brokersOf(info, clusterName)
  throw new Error(`${clusterName}: ${NO_CLUSTER}`)
}

/** The addresses of a cluster's masters. Apache: tools.command.CommandUtil */
export async function fetchMasterAddrs(
  admin: MqAdminClient,
  clusterName: string,
): Promise<string[]> {
  const brokers = await fetchBrokers(admin, clusterName)
  return brokers.flatMap(({ brokerAddrs }) => brokerAddrs.get(MASTER_ID) ?? [])
}

/** The addresses of all brokers of a cluster, each master before its slaves. Apache: tools.command.CommandUtil */
export async function fetchMasterAndSlaveAddrs(
  admin: MqAdminClient,
  clusterName: string,
): Promise<string[]> {
  const brokers = await fetchBrokers(admin, clusterName)
  return brokers.flatMap((broker) => addressesOf(broker).map(([, address]) => address))
}

/** The name of the broker at an address. @throws (rejects) Error when the name servers do not know it */
export async function fetchBrokerName(admin: MqAdminClient, address: string): Promise<string> {
  const { brokerAddrTable } = await admin.examineBrokerClusterInfo()
  for (const [name, { brokerAddrs }] of brokerAddrTable) {
    if ([...brokerAddrs.values()].includes(address)) return name
  }
  throw new Error(`${address}: the name server knows no broker of this address`)
}

/** The master of a broker name. @throws (rejects) Error when there is none */
export async function fetchMasterOfBroker(admin: MqAdminClient, name: string): Promise<string> {
  const { brokerAddrTable } = await admin.examineBrokerClusterInfo()
  const address = brokerAddrTable.get(name)?.brokerAddrs.get(MASTER_ID)
  if (address === undefined) throw new Error(`No broker address for broker name ${name}.`)
  return address
}
