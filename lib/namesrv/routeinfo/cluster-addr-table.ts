/**
 * The broker names of each cluster. A cluster without brokers is not in it.
 * Apache: namesrv.routeinfo.RouteInfoManager#clusterAddrTable
 */
export class ClusterAddrTable {
  readonly #clusters = new Map<string, Set<string>>()

  get all(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#clusters
  }

  brokerNamesOf(clusterName: string): ReadonlySet<string> | undefined {
    return this.#clusters.get(clusterName)
  }

  add(clusterName: string, brokerName: string): void {
    const brokerNames = this.#clusters.get(clusterName) ?? new Set<string>()
    this.#clusters.set(clusterName, brokerNames.add(brokerName))
  }

  delete(clusterName: string, brokerName: string): void {
    const brokerNames = this.#clusters.get(clusterName)
    if (brokerNames?.delete(brokerName) && brokerNames.size === 0) {
      this.#clusters.delete(clusterName)
    }
  }
}
