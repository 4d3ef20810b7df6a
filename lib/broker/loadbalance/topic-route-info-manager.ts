import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { isReadable } from '../../common/perm-name.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import { isRetryTopic } from '../topic/topic-names.ts'

export interface TopicRouteInfoManagerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'loadBalancePollNameServerInterval'>
  /** Apache: BrokerOuterAPI#getTopicRouteInfoFromNameServer. Rejects with RemotingError. */
  readonly getTopicRouteInfo: (topic: string) => Promise<TopicRouteData>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The queues, of all brokers, of the topics that clients asked us to share out. A topic is fetched from the
 * NameServers when it is asked for the first time, and again periodically; it is forgotten when it has gone.
 *
 * Apache: broker.topic.TopicRouteInfoManager, its part for load balancing
 */
export class TopicRouteInfoManager implements Service {
  readonly #deps: TopicRouteInfoManagerDeps
  readonly #subscribeInfo = new Map<string, readonly MessageQueue[]>()
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
    const known = this.#subscribeInfo.get(topic)
    if (known !== undefined && known.length > 0) return known
    await this.#fetchOnce(topic)
    return this.#subscribeInfo.get(topic)
  }

  #fetchAll(): void {
    for (const topic of this.#subscribeInfo.keys()) void this.#fetchOnce(topic)
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
      this.#subscribeInfo.set(topic, readableQueues(topic, route))
    } catch (error) {
      this.#deps.logger.warn({ topic, error: toError(error).message }, 'no route')
      const isGone = error instanceof RemotingError && error.code === ResponseCode.TOPIC_NOT_EXIST
      if (isGone && !isRetryTopic(topic)) this.#subscribeInfo.delete(topic)
    }
  }
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
