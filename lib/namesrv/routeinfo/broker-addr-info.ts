/** What identifies a registered broker process. Apache: namesrv.routeinfo.BrokerAddrInfo */
export interface BrokerAddrInfo {
  readonly clusterName: string
  /** `host:port` as the broker registered it. */
  readonly brokerAddr: string
}

/** `info` as the key of a map; two differ exactly when their keys differ, whatever characters a peer sends. */
export function brokerAddrKey({ clusterName, brokerAddr }: BrokerAddrInfo): string {
  return `${clusterName.length}:${clusterName}@${brokerAddr}`
}
