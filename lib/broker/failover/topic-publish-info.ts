import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type { Clock } from '../../common/clock.ts'
import { isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'

/** A queue of another broker. */
export interface RemoteQueue {
  readonly brokerName: string
  readonly queueId: number
  /** Of the master of that name, or of the slave that acts as it. */
  readonly brokerAddr: string
}

export interface TopicPublishInfoDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName' | 'loadBalancePollNameServerInterval'>
  /** @throws (rejects) RemotingError when no NameServer answers, or knows the topic */
  readonly getTopicRouteInfo: (topic: string) => Promise<TopicRouteData>
  readonly clock: Clock
}

interface KnownRoute {
  readonly route: Promise<TopicRouteData>
  readonly fetchedMs: number
}

const MASTER_ID = 0

/**
 * Where other brokers have the queues of a topic. Routes are fetched when they are asked for, and again when they have been known for
 * loadBalancePollNameServerInterval.
 *
 * Apache: broker.topic.TopicRouteInfoManager, its part for the escape bridge
 */
export class TopicPublishInfo {
  readonly #deps: TopicPublishInfoDeps
  readonly #routes = new Map<string, KnownRoute>()

  constructor(deps: TopicPublishInfoDeps) {
    this.#deps = deps
  }

  /** The topic's queues that can be written to at other brokers, always in the same order. Rejects with RemotingError. */
  async writableQueues(topic: string): Promise<readonly RemoteQueue[]> {
    const { queueDatas, brokerDatas } = await this.#route(topic)
    const queues: RemoteQueue[] = []
    for (const { brokerName, perm, writeQueueNums } of queueDatas) {
      const broker = brokerDatas.find((each) => each.brokerName === brokerName)
      const brokerAddr = broker?.brokerAddrs.get(MASTER_ID)
      const isOther = brokerName !== this.#deps.brokerConfig.brokerName
      if (!isOther || brokerAddr === undefined || !isWriteable(perm)) continue
      for (let queueId = 0; queueId < writeQueueNums; queueId++)
        queues.push({ brokerName, queueId, brokerAddr })
    }
    if (queues.length === 0) this.forget(topic)
    return queues.sort(byPlace)
  }

  /** Where messages of the topic can be read at a broker name: at its master, else at a slave. Rejects with RemotingError. */
  async readableAddress(topic: string, brokerName: string): Promise<string | undefined> {
    const { brokerDatas } = await this.#route(topic)
    const addrs = brokerDatas.find((each) => each.brokerName === brokerName)?.brokerAddrs
    const [anyAddr] = addrs?.values() ?? []
    const address = addrs?.get(MASTER_ID) ?? anyAddr
    if (address === undefined) this.forget(topic)
    return address
  }

  /** Something is not where the route says: it is fetched anew. */
  forget(topic: string): void {
    this.#routes.delete(topic)
  }

  #route(topic: string): Promise<TopicRouteData> {
    const { brokerConfig, clock, getTopicRouteInfo } = this.#deps
    const known = this.#routes.get(topic)
    const nowMs = clock.monotonic()
    if (known && nowMs - known.fetchedMs < brokerConfig.loadBalancePollNameServerInterval)
      return known.route
    const route = getTopicRouteInfo(topic)
    this.#routes.set(topic, { route, fetchedMs: nowMs })
    route.catch(() => this.forget(topic))
    return route
  }
}

function byPlace(a: RemoteQueue, b: RemoteQueue): number {
  if (a.brokerName === b.brokerName) return a.queueId - b.queueId
  return a.brokerName < b.brokerName ? -1 : 1
}
