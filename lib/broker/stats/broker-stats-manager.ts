import type { Clock, Timer } from '../../common/clock.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { MessageMetrics } from '../metrics/message-metrics.ts'
import { GetStats } from './get-stats.ts'
import { PutStats } from './put-stats.ts'
import type { StatsItem } from './stats-item.ts'
import { GROUP_STATS, IDLE_CLEANED_STATS, StatsName, TOPIC_STATS } from './stats-name.ts'
import { StatsTable } from './stats-table.ts'

export interface BrokerStatsManagerDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerClusterName' | 'enableDetailStat' | 'maxStatsIdleTimeInMinutes'
  >
  /** True for topics that brokers use among themselves. */
  readonly isSystemTopic: (topic: string) => boolean
  readonly clock: Clock
}

const SAMPLING_PERIOD_MS = 10_000
/** Idle times as short as this are shorter than the cleaning's period: then the least one counts. */
const SHORT_IDLE_MINUTES = 10
const LEAST_IDLE_MINUTES = 30
/** Dead letters without a new one for so long have left every window. */
const DEAD_LETTERS_IDLE_MS = 25 * 3_600_000

/**
 * Counts what the broker takes and gives, by topic, group and queue, under Apache's names and keys: a topic,
 * `topic@group`, `queueId@topic`, `queueId@topic@group`, or the cluster's name.
 *
 * Apache: store.stats.BrokerStatsManager
 */
export class BrokerStatsManager implements Service {
  readonly puts: PutStats
  readonly gets: GetStats
  /** The same and more, for exporters of metrics: these counters only grow. */
  readonly messages: MessageMetrics
  readonly #deps: BrokerStatsManagerDeps
  readonly #table: StatsTable
  #timer: Timer | undefined

  constructor(deps: BrokerStatsManagerDeps) {
    this.#deps = deps
    this.#table = new StatsTable(deps.clock)
    this.puts = new PutStats({ ...deps, table: this.#table })
    this.gets = new GetStats({ ...deps, table: this.#table })
    this.messages = new MessageMetrics(deps.isSystemTopic)
  }

  /** Samples at once, as Apache: the hour's and the day's first samples come ten minutes and an hour later. */
  async start(): Promise<void> {
    this.#sample()
    this.#timer = this.#deps.clock.setInterval(() => this.#sample(), SAMPLING_PERIOD_MS)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  /** undefined for an unknown name, and for a key that nothing was counted under. */
  getStatsItem(name: string, key: string): StatsItem | undefined {
    return this.#table.find(name, key)
  }

  /** Messages put to a topic, for each second of the last minute. */
  tpsTopicPutNums(topic: string): number {
    return this.getStatsItem(StatsName.TOPIC_PUT_NUMS, topic)?.statsDataInMinute.tps ?? 0
  }

  /** Messages of a topic given to a group, for each second of the last minute. */
  tpsGroupGetNums(group: string, topic: string): number {
    const item = this.getStatsItem(StatsName.GROUP_GET_NUMS, `${topic}@${group}`)
    return item?.statsDataInMinute.tps ?? 0
  }

  incConsumerRegisterTime(ms: number): void {
    this.#ofBroker(StatsName.CONSUMER_REGISTER_TIME).addValue(ms)
  }

  incProducerRegisterTime(ms: number): void {
    this.#ofBroker(StatsName.PRODUCER_REGISTER_TIME).addValue(ms)
  }

  /** Apache: incChannelConnectNum, incChannelCloseNum */
  incChannelActivity(activity: 'CONNECT' | 'CLOSE'): void {
    this.#table.getOrCreate(StatsName.CHANNEL_ACTIVITY, activity).addValue(1)
  }

  onTopicDeleted(topic: string): void {
    this.#table.removeIf(TOPIC_STATS, ([first, second]) => {
      return first === topic || (second === topic && isQueue(first))
    })
    this.#forgetItems()
  }

  onGroupDeleted(group: string): void {
    this.#table.removeIf(GROUP_STATS, (parts) => parts.at(-1) === group)
    this.#forgetItems()
  }

  #sample(): void {
    if (this.#table.sample()) this.#cleanIdle()
  }

  #cleanIdle(): void {
    const nowMs = this.#deps.clock.now()
    this.#table.removeIf([StatsName.SNDBCK2DLQ_TIMES], (_parts, item) => {
      return nowMs - item.lastUpdateMs > DEAD_LETTERS_IDLE_MS
    })
    const minutes = this.#deps.brokerConfig.maxStatsIdleTimeInMinutes
    if (minutes < 0) return
    const idleMinutes = minutes <= SHORT_IDLE_MINUTES ? LEAST_IDLE_MINUTES : minutes
    const oldestMs = nowMs - idleMinutes * 60_000
    this.#table.removeIf(IDLE_CLEANED_STATS, (_parts, item) => item.lastUpdateMs < oldestMs)
    this.#forgetItems()
  }

  #forgetItems(): void {
    this.puts.forgetItems()
    this.gets.forgetItems()
  }

  #ofBroker(name: StatsName): StatsItem {
    return this.#table.getOrCreate(name, this.#deps.brokerConfig.brokerClusterName)
  }
}

function isQueue(keyPart: string | undefined): boolean {
  return keyPart !== undefined && /^\d+$/.test(keyPart)
}
