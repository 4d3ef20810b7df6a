import type { BrokerConfig } from '../../config/broker-config.ts'
import type { StatsItem } from './stats-item.ts'
import { StatsName } from './stats-name.ts'
import type { StatsTable } from './stats-table.ts'

export interface TrafficStatsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerClusterName' | 'enableDetailStat'>
  readonly table: StatsTable
  /** True for topics that brokers use among themselves. */
  readonly isSystemTopic: (topic: string) => boolean
}

/** Owner and topic of a message that was sent back are what the client says: with more of them than this, new ones are not counted. */
const MAX_DEAD_LETTER_KEYS = 10_000

/** The items of the puts to one topic, so that a put makes no keys. */
interface TopicPuts {
  readonly nums: StatsItem
  readonly size: StatsItem
  readonly isSystem: boolean
  readonly latencyByQueue: (StatsItem | undefined)[]
}

/** What is put into the store: by clients, and by the broker for them. Apache: store.stats.BrokerStatsManager */
export class PutStats {
  readonly #deps: TrafficStatsDeps
  readonly #all: StatsItem
  readonly #withoutSystemTopics: StatsItem
  readonly #topics = new Map<string, TopicPuts>()

  constructor(deps: TrafficStatsDeps) {
    this.#deps = deps
    const { table, brokerConfig } = deps
    const cluster = brokerConfig.brokerClusterName
    this.#all = table.getOrCreate(StatsName.BROKER_PUT_NUMS, cluster)
    this.#withoutSystemTopics = table.getOrCreate(
      StatsName.BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC,
      cluster,
    )
  }

  /** Messages since the start, those of the brokers' own topics left out. */
  get brokerPutNumsWithoutSystemTopic(): number {
    return this.#withoutSystemTopics.value
  }

  /** `msgNum` messages have been stored in one put. Apache: incTopicPutNums, incTopicPutSize, incBrokerPutNums */
  incTopicPut(topic: string, msgNum: number, bytes: number): void {
    const { nums, size, isSystem } = this.#itemsOf(topic)
    nums.addValue(msgNum)
    size.addValue(bytes)
    this.#all.value += msgNum
    if (!isSystem) this.#withoutSystemTopics.value += msgNum
  }

  /** As incTopicPut for what the broker puts on its own account: the broker's totals do not grow. */
  incTopicPutWithinBroker(topic: string, msgNum: number, bytes: number): void {
    const { nums, size } = this.#itemsOf(topic)
    nums.addValue(msgNum)
    size.addValue(bytes)
  }

  /** How long a client has waited for its put. */
  incTopicPutLatency(topic: string, queueId: number, latencyMs: number): void {
    const { latencyByQueue } = this.#itemsOf(topic)
    let latency = latencyByQueue[queueId]
    if (latency === undefined) {
      const key = `${queueId}@${topic}`
      latency = this.#deps.table.getOrCreate(StatsName.TOPIC_PUT_LATENCY, key)
      latencyByQueue[queueId] = latency
    }
    latency.addValue(latencyMs)
  }

  /** By queue. Apache counts so what is delayed, and nothing else: incQueuePutNums, incQueuePutSize */
  incQueuePut(topic: string, queueId: number, msgNum: number, bytes: number): void {
    const { table, brokerConfig } = this.#deps
    if (!brokerConfig.enableDetailStat) return
    const key = `${topic}@${queueId}`
    table.getOrCreate(StatsName.QUEUE_PUT_NUMS, key).addValue(msgNum)
    table.getOrCreate(StatsName.QUEUE_PUT_SIZE, key).addValue(bytes)
  }

  /** A consumer has sent a message back. */
  incSendBackNums(group: string, topic: string): void {
    this.#deps.table.getOrCreate(StatsName.SNDBCK_PUT_NUMS, `${topic}@${group}`).addValue(1)
  }

  /** A message sent back has become a dead letter. `owner` is the client's, if it names one. Apache: incDLQStatValue */
  incSendBackToDeadLetters(owner: string | undefined, group: string, topic: string): void {
    const { table } = this.#deps
    const name = StatsName.SNDBCK2DLQ_TIMES
    const key = `${owner ?? 'null'}@${topic}@${group}@SEND_BACK_TO_DLQ`
    const isKnown = table.find(name, key) !== undefined
    if (!isKnown && table.size(name) >= MAX_DEAD_LETTER_KEYS) return
    table.getOrCreate(name, key).addValue(1)
  }

  /** Items of the table have been removed. */
  forgetItems(): void {
    this.#topics.clear()
  }

  #itemsOf(topic: string): TopicPuts {
    let items = this.#topics.get(topic)
    if (items === undefined) {
      const { table, isSystemTopic } = this.#deps
      items = {
        nums: table.getOrCreate(StatsName.TOPIC_PUT_NUMS, topic),
        size: table.getOrCreate(StatsName.TOPIC_PUT_SIZE, topic),
        isSystem: isSystemTopic(topic),
        latencyByQueue: [],
      }
      this.#topics.set(topic, items)
    }
    return items
  }
}
