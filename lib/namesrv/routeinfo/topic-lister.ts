import type { TopicList } from '../../../codec/body/topic-list.ts'
import type { RouteTables } from './route-tables.ts'

/** Bits of a topic's system flag. Source: common.sysflag.TopicSysFlag */
const FLAG_UNIT = 1
const FLAG_UNIT_SUB = 2

/** Lists names of topics. Apache: namesrv.routeinfo.RouteInfoManager#getAllTopicList and others */
export class TopicLister {
  readonly #tables: RouteTables

  constructor(tables: RouteTables) {
    this.#tables = tables
  }

  all(): string[] {
    return this.#tables.topicQueues.topics
  }

  /** Nothing for an unknown cluster. */
  ofCluster(clusterName: string): string[] {
    const { clusterAddrs, topicQueues } = this.#tables
    const brokerNames = [...(clusterAddrs.brokerNamesOf(clusterName) ?? [])]
    return topicQueues.topics.filter((topic) =>
      brokerNames.some((brokerName) => topicQueues.has(topic, brokerName)),
    )
  }

  /** Brokers have a topic for their cluster and one for their own name; and the address of some broker. */
  system(): TopicList {
    const { clusterAddrs, brokerAddrs } = this.#tables
    const names = [...clusterAddrs.all].flatMap(([cluster, brokerNames]) => [
      cluster,
      ...brokerNames,
    ])
    const [firstBroker] = brokerAddrs.all.values()
    const [brokerAddr] = firstBroker?.brokerAddrs.values() ?? []
    return { brokerAddr, topicList: [...new Set(names)] }
  }

  unit(): string[] {
    return this.#withSysFlag((flag) => (flag & FLAG_UNIT) !== 0)
  }

  unitSub(): string[] {
    return this.#withSysFlag((flag) => (flag & FLAG_UNIT_SUB) !== 0)
  }

  unitSubButNotUnit(): string[] {
    return this.#withSysFlag((flag) => (flag & (FLAG_UNIT | FLAG_UNIT_SUB)) === FLAG_UNIT_SUB)
  }

  #withSysFlag(condition: (topicSysFlag: number) => boolean): string[] {
    return this.#tables.topicQueues.topicsWhere((queues) => condition(queues.topicSysFlag))
  }
}
