import { join } from 'node:path'
import {
  ConsumerFilterWrapper,
  type ConsumerFilterJson,
} from '../../../codec/body/consumer-filter.ts'
import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile, writeStateFileAsync } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { ConsumerIdsChangeListener } from '../client/consumer-manager.ts'
import { BloomFilter } from './bloom-filter.ts'
import { consumerFilterJson, isDead, type ConsumerFilterData } from './consumer-filter-data.ts'
import { checkExpressionType, isTagType } from './expression-type.ts'
import { compileSql92 } from './sql92/sql92.ts'
import { Sql92MessageFilter } from './sql92-message-filter.ts'

/** Source: broker.BrokerController#initializeBrokerScheduledTasks */
const PERSIST_PERIOD_MS = 10_000
/** Consumers of before a start are taken for gone since so long. */
const DEAD_BEFORE_LOAD_MS = 30_000

export interface ConsumerFilterManagerDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'expectConsumerNumUseFilter' | 'filterDataCleanTimeSpan' | 'maxErrorRateOfBloomFilter'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/**
 * The expressions of consumer groups, by topic, in memory and in config/consumerFilter.json. The heartbeats of consumers bring
 * them; an older version of a subscription does not replace a newer one.
 *
 * Apache: broker.filter.ConsumerFilterManager
 */
export class ConsumerFilterManager implements Service, ConsumerIdsChangeListener {
  readonly bloomFilter: BloomFilter
  readonly #deps: ConsumerFilterManagerDeps
  readonly #path: string
  /** By topic and group. */
  #filterDataByTopic = new Map<string, Map<string, ConsumerFilterData>>()
  #written: Buffer = Buffer.alloc(0)
  #timer: Timer | undefined
  #writing: Promise<void> | undefined

  /** @throws Error when the numbers that the bloom filter is made from are out of range */
  constructor(deps: ConsumerFilterManagerDeps) {
    const { maxErrorRateOfBloomFilter, expectConsumerNumUseFilter } = deps.brokerConfig
    this.#deps = deps
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', 'consumerFilter.json')
    this.bloomFilter = new BloomFilter(maxErrorRateOfBloomFilter, expectConsumerNumUseFilter)
  }

  // ---- life ----

  /**
   * Reads consumerFilter.json, if it is there. When the size of the bloom filter has changed, everything is forgotten: no bit map
   * would fit. @throws CodecError when the file is broken, and its .bak too
   */
  load(): void {
    const { fileSystem, logger } = this.#deps
    const parse = (text: string) => ConsumerFilterWrapper.decode(text)
    const file = readStateFile(fileSystem, this.#path, parse)
    if (file === undefined) return
    const groups = [...file.filterDataByTopic.values()].map((topic) => topic.groupFilterData)
    const all = groups.flatMap((group) => [...group.values()])
    if (!all.every((data) => this.bloomFilter.isValid(data.bloomFilterData))) {
      logger.warn(
        { bits: this.bloomFilter.m },
        'bloom filter has changed, consumer filters dropped',
      )
      return
    }
    for (const data of all) this.#loadOne(data)
    logger.info({ filters: all.length }, 'consumer filters loaded')
  }

  #loadOne({ dead: _, ...json }: ConsumerFilterJson): void {
    const { bornTime, deadTime, bloomFilterData } = json
    if (bloomFilterData === undefined) return
    const deadBefore = Math.max(this.#deps.clock.now() - DEAD_BEFORE_LOAD_MS, bornTime)
    this.#set({
      ...json,
      bloomFilterData,
      filter: this.#newFilter({ ...json, bloomFilterData }),
      deadTime: deadTime === 0 ? deadBefore : deadTime,
    })
  }

  start(): Promise<void> {
    const write = () => this.#persistInBackground()
    this.#timer = this.#deps.clock.setInterval(write, PERSIST_PERIOD_MS)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#writing
    const content = this.encode()
    if (!this.#written.equals(content)) {
      writeStateFile(this.#deps.fileSystem, this.#path, content)
    }
    this.#written = content
  }

  #persistInBackground(): void {
    if (this.#writing !== undefined) return
    const content = this.encode()
    if (this.#written.equals(content)) return
    this.#writing = this.#persist(content).finally(() => (this.#writing = undefined))
  }

  async #persist(content: Buffer): Promise<void> {
    try {
      await writeStateFileAsync(this.#deps.fileSystem, this.#path, content)
      this.#written = content
    } catch (error) {
      this.#deps.logger.error({ err: toError(error) }, 'consumer filters could not be written')
    }
  }

  /** What consumerFilter.json holds, without those that have been dead for too long. */
  encode(): Buffer {
    this.#clean()
    const filterDataByTopic: ConsumerFilterWrapper['filterDataByTopic'] = new Map()
    for (const [topic, groups] of this.#filterDataByTopic) {
      const groupFilterData = new Map<string, ConsumerFilterJson>()
      for (const [group, data] of groups) groupFilterData.set(group, consumerFilterJson(data))
      filterDataByTopic.set(topic, { groupFilterData, topic })
    }
    return ConsumerFilterWrapper.encode({ filterDataByTopic }, { pretty: true })
  }

  #clean(): void {
    const { clock, brokerConfig } = this.#deps
    const oldestMs = clock.now() - brokerConfig.filterDataCleanTimeSpan
    for (const [topic, groups] of this.#filterDataByTopic) {
      for (const [group, data] of groups) {
        if (isDead(data) && data.deadTime <= oldestMs) groups.delete(group)
      }
      if (groups.size === 0) this.#filterDataByTopic.delete(topic)
    }
  }

  // ---- consumers ----

  /** A heartbeat names what a group subscribes to. */
  onRegister(group: string, subscriptions: readonly SubscriptionData[]): void {
    for (const subscription of subscriptions) this.#register(group, subscription)
    const topics = new Set(subscriptions.map(({ topic }) => topic))
    for (const data of this.#getByGroup(group)) {
      if (!topics.has(data.topic)) this.#bury(data)
    }
  }

  onUnregister(group: string): void {
    for (const data of this.#getByGroup(group)) this.#bury(data)
  }

  #bury(data: ConsumerFilterData): void {
    if (!isDead(data)) data.deadTime = this.#deps.clock.now()
  }

  #register(consumerGroup: string, subscription: SubscriptionData): void {
    const { topic, subString, expressionType, subVersion } = subscription
    if (isTagType(expressionType) || subString === '') return
    const old = this.get(topic, consumerGroup)
    if (old !== undefined && subVersion <= old.clientVersion) {
      if (subVersion === old.clientVersion) old.deadTime = 0
      return
    }
    if (old?.expression === subString && old.expressionType === expressionType) {
      old.clientVersion = subVersion
      old.deadTime = 0
      return
    }
    this.#replace(consumerGroup, subscription)
  }

  /** An expression that cannot be used takes the place of the old one too: pulls are refused then. */
  #replace(consumerGroup: string, subscription: SubscriptionData): void {
    const { topic, subString: expression, expressionType, subVersion } = subscription
    const bloomFilterData = this.bloomFilter.generate(consumerGroup, topic)
    const bornTime = this.#deps.clock.now()
    const data = { consumerGroup, topic, expression, expressionType, bloomFilterData, bornTime }
    const filter = this.#newFilter(data)
    if (filter === undefined) {
      this.#filterDataByTopic.get(topic)?.delete(consumerGroup)
      return
    }
    this.#deps.logger.info({ consumerGroup, topic, subVersion }, 'consumer filter registered')
    this.#set({ ...data, filter, deadTime: 0, clientVersion: subVersion })
  }

  #newFilter(data: FilterSource): MessageFilter | undefined {
    const { expressionType, expression, bloomFilterData, bornTime } = data
    const { bloomFilter } = this
    try {
      checkExpressionType(expressionType)
      const compiled = compileSql92(expression)
      return new Sql92MessageFilter(compiled, { bloomFilter, bloomFilterData, bornTime })
    } catch (error) {
      const { consumerGroup, topic } = data
      this.#deps.logger.warn({ consumerGroup, topic, err: toError(error) }, 'expression refused')
      return undefined
    }
  }

  // ---- looking up ----

  #set(data: ConsumerFilterData): void {
    const groups = getOrAdd(this.#filterDataByTopic, data.topic, () => new Map())
    groups.set(data.consumerGroup, data)
  }

  get(topic: string, consumerGroup: string): ConsumerFilterData | undefined {
    return this.#filterDataByTopic.get(topic)?.get(consumerGroup)
  }

  /** Of all groups that want something of a topic by an expression, the dead ones too. */
  getByTopic(topic: string): Iterable<ConsumerFilterData> | undefined {
    return this.#filterDataByTopic.get(topic)?.values()
  }

  #getByGroup(consumerGroup: string): ConsumerFilterData[] {
    const all = [...this.#filterDataByTopic.values()].map((groups) => groups.get(consumerGroup))
    return all.filter((data) => data !== undefined)
  }
}

type FilterSource = Omit<ConsumerFilterData, 'filter' | 'deadTime' | 'clientVersion'>
