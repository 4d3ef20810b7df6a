import { setImmediate as nextTurn } from 'node:timers/promises'
import { Host } from '../../codec/message/host.ts'
import type { ExtFields } from '../../codec/remoting-command.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { LockBatchResponseBody } from '../../codec/body/lock-batch.ts'
import type { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { registerConsumerAdministration } from '../../lib/broker/consumer-administration.ts'
import { Consumption } from '../../lib/broker/consumption.ts'
import { LoadBalance } from '../../lib/broker/load-balance.ts'
import { ScheduleMessageService } from '../../lib/broker/schedule/schedule-message-service.ts'
import type { BrokerStatsManager } from '../../lib/broker/stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from '../../lib/broker/subscription/subscription-group-manager.ts'
import { RemoteQueues } from '../../lib/broker/out/remote-queues.ts'
import type { RpcClient } from '../../lib/broker/out/rpc-client.ts'
import type { TopicQueueMappingManager } from '../../lib/broker/topic/topic-queue-mapping-manager.ts'
import type { TopicConfigManager } from '../../lib/broker/topic/topic-config-manager.ts'
import { newTopicConfig } from '../../lib/broker/topic/topic-config.ts'
import { ProcessorGroup, RemotingError, RequestDispatcher } from '../../lib/remoting/index.ts'
import type { BrokerParts } from './broker-parts.ts'
import type { FakeChannelOptions } from './fake-channel.ts'
import { makeBrokerParts } from './broker-parts.ts'
import type { MemoryMessageStore } from './memory-message-store.ts'
import { RecordingLogger } from './recording-logger.ts'
import { FakeRequestChannel } from './remoting.ts'
import type { SimClock } from './sim-clock.ts'

const HOST = Host.of('127.0.0.1', 1)

/** What a broker has for its consumers, over a store in memory, called through a dispatcher without sockets. */
export class ConsumptionFixture {
  readonly logger = new RecordingLogger()
  readonly consumption: Consumption
  readonly dispatcher = new RequestDispatcher(this.logger)
  /** Which queues of T other brokers of the group lock, by their addresses; undefined when they do not answer. */
  readonly replicas = new Map<string, number[] | undefined>()
  /** What the name server knows, by topic. */
  readonly routes = new Map<string, TopicRouteData>()
  /** What other brokers answer to this one. */
  remoteBrokers: RpcClient['invoke'] = () => Promise.reject(new Error('no other broker'))
  readonly #parts = makeBrokerParts({ brokerIP1: '10.0.0.1' })
  #lastChannelId = 0

  constructor() {
    this.consumption = this.newConsumption()
    this.consumption.registerProcessors(this.dispatcher, {
      otherAddresses: () => [...this.replicas.keys()],
      invoke: async (address) => {
        const locked = this.replicas.get(address)
        if (locked === undefined) throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'gone')
        const lockOKMQSet = locked.map((queueId) => ({
          brokerName: 'broker-a',
          queueId,
          topic: 'T',
        }))
        const body = LockBatchResponseBody.encode({ lockOKMQSet })
        return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
      },
    })
    const loadBalance = this.newLoadBalance()
    loadBalance.registerProcessors(this.dispatcher)
    this.#registerAdministration(loadBalance)
  }

  #registerAdministration({ messageRequestModeManager }: LoadBalance): void {
    const { messageStore, topicConfigManager, subscriptionGroupManager } = this.#parts
    const { logger } = this
    const { consumerManager, consumerFilterManager, consumerOffsetManager } = this.consumption
    registerConsumerAdministration(
      this.dispatcher,
      new ProcessorGroup({ name: 'admin', queueCapacity: 100 }),
      {
        ...this.#parts,
        ...{
          messageStore,
          topicConfigManager,
          subscriptionGroupManager,
          consumerManager,
          consumerFilterManager,
          consumerOffsetManager,
          logger,
          messageRequestModeManager,
        },
        scheduleMessageService: new ScheduleMessageService(this.#parts),
        brokerAddr: () => '10.0.0.1:10911',
        handOver: () => Promise.resolve(),
      },
    )
  }

  get config(): BrokerParts['brokerConfig'] {
    return this.#parts.brokerConfig
  }

  get storeConfig(): BrokerParts['storeConfig'] {
    return this.#parts.storeConfig
  }

  get store(): MemoryMessageStore {
    return this.#parts.messageStore
  }

  get clock(): SimClock {
    return this.#parts.clock
  }

  get topics(): TopicConfigManager {
    return this.#parts.topicConfigManager
  }

  get staticTopics(): TopicQueueMappingManager {
    return this.#parts.topicQueueMappingManager
  }

  get groups(): SubscriptionGroupManager {
    return this.#parts.subscriptionGroupManager
  }

  get stats(): BrokerStatsManager {
    return this.#parts.brokerStatsManager
  }

  /** Another one over the same files, as after a restart. */
  newConsumption(): Consumption {
    const { brokerConfig, storeConfig, clock, fileSystem } = this.#parts
    const { messageStore, topicConfigManager, subscriptionGroupManager } = this.#parts
    const { topicQueueMappingManager } = this.#parts
    const { logger } = this
    return new Consumption({
      brokerConfig,
      storeConfig,
      messageStore,
      topicConfigManager,
      topicQueueMappingManager,
      remoteQueues: new RemoteQueues({ invoke: (...call) => this.remoteBrokers(...call) }),
      subscriptionGroupManager,
      brokerStatsManager: this.stats,
      hasMaster: () => true,
      clock,
      fileSystem,
      logger,
    })
  }

  /** Another one over the same files, as after a restart. */
  newLoadBalance(): LoadBalance {
    const { topicConfigManager, subscriptionGroupManager } = this.#parts
    const { logger } = this
    return new LoadBalance({
      ...this.#parts,
      ...{
        topicConfigManager,
        subscriptionGroupManager,
        consumerManager: this.consumption.consumerManager,
        logger,
      },
      getTopicRouteInfo: async (topic) => {
        const route = this.routes.get(topic)
        if (route === undefined) throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, 'no topic')
        return route
      },
    })
  }

  get storePath(): string {
    return this.#parts.directory
  }

  async remove(): Promise<void> {
    await this.consumption.stop()
    this.#parts.remove()
  }

  addTopic(topicName: string, queueNums = 4): void {
    const nums = { readQueueNums: queueNums, writeQueueNums: queueNums }
    this.topics.createTopicIfAbsent(newTopicConfig(topicName, nums))
  }

  put(topic: string, queueId: number, body: string | Buffer, tag?: string): void {
    this.store.putMessage(
      {
        topic,
        queueId,
        flag: 0,
        sysFlag: 0,
        body: Buffer.from(body),
        properties: tag === undefined ? '' : `TAGS\u0001${tag}\u0002`,
        bornTimestamp: this.clock.now(),
        bornHost: HOST,
        storeHost: HOST,
        reconsumeTimes: 0,
        preparedTransactionOffset: 0,
      },
      () => undefined,
    )
  }

  /** `answer` answers the requests that the broker sends over it. */
  newChannel(answer?: FakeChannelOptions['answer']): FakeRequestChannel {
    return new FakeRequestChannel({ id: ++this.#lastChannelId, answer })
  }

  /** Sends a request without waiting. */
  send(
    channel: FakeRequestChannel,
    code: number,
    extFields?: ExtFields,
    body?: Buffer,
  ): RemotingCommand {
    const request = RemotingCommand.request(code, extFields, body)
    this.dispatcher.dispatch(request, channel)
    return request
  }

  /** Sends a request over a connection of its own and resolves with its answer. */
  async call(code: number, extFields?: ExtFields, body?: Buffer): Promise<RemotingCommand> {
    const channel = this.newChannel()
    this.send(channel, code, extFields, body)
    for (;;) {
      const [response] = channel.responses
      if (response !== undefined) return response
      await nextTurn()
    }
  }

  /** Resolves when pulls that were woken have been answered. */
  async settle(): Promise<void> {
    await nextTurn()
    await nextTurn()
  }
}

/** Header fields of a pull that names its own subscription and may be held for 15 s. */
export function pullFields(fields: Record<string, string | number> = {}): ExtFields {
  const all = {
    consumerGroup: 'G',
    topic: 'T',
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: 2 | 4,
    commitOffset: 0,
    suspendTimeoutMillis: 15_000,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
    ...fields,
  }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]))
}

/** A heartbeat's body. */
export function heartbeat(fields: object): Buffer {
  const all = { clientID: 'c1', consumerDataSet: [], producerDataSet: [], ...fields }
  return Buffer.from(JSON.stringify(all))
}

/** One group of a heartbeat: a clustering push consumer. */
export function consumerData(groupName: string, subscriptions: object[] = [], fields = {}): object {
  return {
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    consumeType: 'CONSUME_PASSIVELY',
    groupName,
    messageModel: 'CLUSTERING',
    subscriptionDataSet: subscriptions,
    unitMode: false,
    ...fields,
  }
}

/** A subscription of a heartbeat; `codeSet` belongs to the tags in `subString`. */
export function subscription(
  topic: string,
  subString = '*',
  subVersion = 1,
  codeSet: number[] = [],
): object {
  return { topic, subString, subVersion, codeSet, tagsSet: [], expressionType: 'TAG' }
}
