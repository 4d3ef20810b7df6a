import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { isReadable, isWriteable } from '../../common/perm-name.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import { isRetryTopic } from '../topic/topic-names.ts'

const MASTER_ID = 0

export interface TopicRouteInfoManagerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'loadBalancePollNameServerInterval'>
  /** Apache: BrokerOuterAPI#getTopicRouteInfoFromNameServer. Rejects with RemotingError. */
  readonly getTopicRouteInfo: (topic: string) => Promise<TopicRouteData>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The queues, of all brokers, of the topics that clients asked us to share out, or that have lite topics. A topic is fetched
 * from the NameServers when it is asked for the first time, and again periodically; it is forgotten when it has gone.
 *
 * Apache: broker.topic.TopicRouteInfoManager, its parts for load balancing and lite topics
 */
export class TopicRouteInfoManager implements Service {
  readonly #deps: TopicRouteInfoManagerDeps
  readonly #queues = new Map<string, TopicQueues>()
  readonly #fetching = new Map<string, Promise<void>>()
  #timer: Timer | undefined

  constructor(deps: TopicRouteInfoManagerDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    const { clock, brokerConfig } = this.#deps
    this.#timer = clock.setInterval(
      () => this.#fetchAll(),
      brokerConfig.loadBalancePollNameServerInterval,
    )
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await Promise.all(this.#fetching.values())
  }

  /** The topic's readable queues; undefined when no NameServer knows it or none can be reached. Never rejects. */
  async getTopicSubscribeInfo(topic: string): Promise<readonly MessageQueue[] | undefined> {
    return this.#queuesOf(topic, 'readable')
  }

  /** The topic's writeable queues at masters, ordered by broker name; otherwise the same. */
  async tryToFindTopicPublishInfo(topic: string): Promise<readonly MessageQueue[] | undefined> {
    return this.#queuesOf(topic, 'writeable')
  }

  async #queuesOf(
    topic: string,
    kind: keyof TopicQueues,
  ): Promise<readonly MessageQueue[] | undefined> {
    const known = this.#queues.get(topic)?.[kind]
    if (known !== undefined && known.length > 0) return known
    await this.#fetchOnce(topic)
    return this.#queues.get(topic)?.[kind]
  }

  #fetchAll(): void {
    for (const topic of this.#queues.keys()) void this.#fetchOnce(topic)
  }

  /** Who asks for a topic that is being fetched waits for the same answer. */
  #fetchOnce(topic: string): Promise<void> {
    const running = this.#fetching.get(topic)
    if (running !== undefined) return running
    const fetching = this.#fetch(topic).finally(() => this.#fetching.delete(topic))
    this.#fetching.set(topic, fetching)
    return fetching
  }

  async #fetch(topic: string): Promise<void> {
    try {
      const route = await this.#deps.getTopicRouteInfo(topic)
      this.#queues.set(topic, {
        readable: readableQueues(topic, route),
        writeable: writeableQueues(topic, route),
      })
    } catch (error) {
      this.#deps.logger.warn({ topic, error: toError(error).message }, 'no route')
      const isGone = error instanceof RemotingError && error.code === ResponseCode.TOPIC_NOT_EXIST
      if (isGone && !isRetryTopic(topic)) this.#queues.delete(topic)
    }
  }
}

interface TopicQueues {
  readonly readable: readonly MessageQueue[]
  readonly writeable: readonly MessageQueue[]
}

/** Source: client.impl.factory.MQClientInstance#topicRouteData2TopicPublishInfo, for topics that are not ordered */
function writeableQueues(topic: string, route: TopicRouteData): MessageQueue[] {
  const masters = route.brokerDatas.filter(({ brokerAddrs }) => brokerAddrs.has(MASTER_ID))
  const names = new Set(masters.map(({ brokerName }) => brokerName))
  return route.queueDatas
    .filter(({ brokerName, perm }) => isWriteable(perm) && names.has(brokerName))
    .sort((a, b) => (a.brokerName < b.brokerName ? -1 : 1))
    .flatMap(({ brokerName, writeQueueNums }) =>
      Array.from({ length: writeQueueNums }, (_, queueId) => ({ brokerName, queueId, topic })),
    )
}

/** Source: client.impl.factory.MQClientInstance#topicRouteData2TopicSubscribeInfo */
function readableQueues(topic: string, route: TopicRouteData): MessageQueue[] {
  const queues: MessageQueue[] = []
  for (const { brokerName, perm, readQueueNums } of route.queueDatas) {
    if (!isReadable(perm)) continue
    for (let queueId = 0; queueId < readQueueNums; queueId++) {
      queues.push({ brokerName, queueId, topic })
    }
  }
  return queues
}
