import { getOrAdd } from '../../common/maps.ts'
import type { TrafficStatsDeps } from './put-stats.ts'
import type { StatsItem } from './stats-item.ts'
import { StatsName } from './stats-name.ts'

/** The items of what a group gets from one topic, so that a get makes no keys. */
interface GroupGets {
  readonly nums: StatsItem
  readonly size: StatsItem
  readonly isSystem: boolean
  /** Without enableDetailStat one for all queues, in the first place. */
  readonly latencyByQueue: (StatsItem | undefined)[]
}

/** What groups are given, and what they acknowledge. Apache: store.stats.BrokerStatsManager */
export class GetStats {
  readonly #deps: TrafficStatsDeps
  readonly #all: StatsItem
  readonly #withoutSystemTopics: StatsItem
  readonly #groups = new Map<string, Map<string, GroupGets>>()

  constructor(deps: TrafficStatsDeps) {
    this.#deps = deps
    this.#all = this.#ofBroker(StatsName.BROKER_GET_NUMS)
    this.#withoutSystemTopics = this.#ofBroker(StatsName.BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC)
  }

  /** Messages since the start, those of the brokers' own topics left out. */
  get brokerGetNumsWithoutSystemTopic(): number {
    return this.#withoutSystemTopics.value
  }

  /** A group was given `msgNum` messages. Apache: incGroupGetNums, incGroupGetSize, incBrokerGetNums */
  incGroupGet(group: string, topic: string, msgNum: number, bytes: number): void {
    const { nums, size, isSystem } = this.#itemsOf(group, topic)
    nums.addValue(msgNum)
    size.addValue(bytes)
    this.#all.value += msgNum
    if (!isSystem) this.#withoutSystemTopics.value += msgNum
  }

  /** As incGroupGet for what the broker reads on its own account: the broker's totals do not grow. */
  incGroupGetWithinBroker(group: string, topic: string, msgNum: number, bytes: number): void {
    const { nums, size } = this.#itemsOf(group, topic)
    nums.addValue(msgNum)
    size.addValue(bytes)
  }

  /** How long reading took; `queueId` is the request's, a pop's -1 for all queues. Apache: incGroupGetLatency */
  incGroupGetLatency(group: string, topic: string, queueId: number, latencyMs: number): void {
    const { brokerConfig, table } = this.#deps
    const { latencyByQueue } = this.#itemsOf(group, topic)
    const place = brokerConfig.enableDetailStat ? queueId + 1 : 0
    let latency = latencyByQueue[place]
    if (latency === undefined) {
      const queue = brokerConfig.enableDetailStat ? `${queueId}@` : ''
      latency = table.getOrCreate(StatsName.GROUP_GET_LATENCY, `${queue}${topic}@${group}`)
      latencyByQueue[place] = latency
    }
    latency.addValue(latencyMs)
  }

  /** By queue. Apache counts so what is delivered after a delay, and nothing else: incQueueGetNums, incQueueGetSize */
  incQueueGet(group: string, topic: string, queueId: number, msgNum: number, bytes: number): void {
    const { table, brokerConfig } = this.#deps
    if (!brokerConfig.enableDetailStat) return
    const key = `${topic}@${queueId}@${group}`
    table.getOrCreate(StatsName.QUEUE_GET_NUMS, key).addValue(msgNum)
    table.getOrCreate(StatsName.QUEUE_GET_SIZE, key).addValue(bytes)
  }

  /** Popped messages were acknowledged. Apache: incBrokerAckNums, incGroupAckNums */
  incGroupAckNums(group: string, topic: string, num: number): void {
    this.#ofBroker(StatsName.BROKER_ACK_NUMS).value += num
    this.#deps.table.getOrCreate(StatsName.GROUP_ACK_NUMS, `${topic}@${group}`).addValue(num)
  }

  /** Check points of popped messages were written. Apache: incBrokerCkNums, incGroupCkNums */
  incGroupCkNums(group: string, topic: string, num: number): void {
    this.#ofBroker(StatsName.BROKER_CK_NUMS).value += num
    this.#deps.table.getOrCreate(StatsName.GROUP_CK_NUMS, `${topic}@${group}`).addValue(num)
  }

  /** Items of the table have been removed. */
  forgetItems(): void {
    this.#groups.clear()
  }

  #ofBroker(name: StatsName): StatsItem {
    return this.#deps.table.getOrCreate(name, this.#deps.brokerConfig.brokerClusterName)
  }

  #itemsOf(group: string, topic: string): GroupGets {
    const ofGroup = getOrAdd(this.#groups, group, () => new Map<string, GroupGets>())
    let items = ofGroup.get(topic)
    if (items === undefined) {
      const { table, isSystemTopic } = this.#deps
      const key = `${topic}@${group}`
      items = {
        nums: table.getOrCreate(StatsName.GROUP_GET_NUMS, key),
        size: table.getOrCreate(StatsName.GROUP_GET_SIZE, key),
        isSystem: isSystemTopic(topic),
        latencyByQueue: [],
      }
      ofGroup.set(topic, items)
    }
    return items
  }
}
