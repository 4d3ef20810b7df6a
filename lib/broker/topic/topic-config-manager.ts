import { join } from 'node:path'
import { TopicConfigSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import type { Clock } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { isInherited, PERM_READ_WRITE, PermName } from '../../common/perm-name.ts'
import { alterCurrentAttributes, TOPIC_ATTRIBUTES } from './attributes.ts'
import { ConfigFile } from './config-file.ts'
import { systemTopicConfigs, type SystemTopicOptions } from './system-topic-configs.ts'
import { newTopicConfig, withUnitSubFlag, type TopicConfig } from './topic-config.ts'
import { SYSTEM_TOPIC_PREFIX, SYSTEM_TOPICS, SystemTopic } from './topic-validator.ts'

export interface TopicConfigManagerDeps {
  readonly brokerConfig: SystemTopicOptions
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir' | 'timerWheelEnable'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** Told of every topic that is created or changed, so that the name servers learn of it. */
export type TopicConfigListener = (config: TopicConfig) => void

/** What the first send to a topic says about it. */
export interface TopicInSendMessage {
  readonly topic: string
  /** The topic whose settings are copied; usually TBW102. */
  readonly defaultTopic: string
  readonly remoteAddress: string
  readonly clientDefaultTopicQueueNums: number
  readonly topicSysFlag: number
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

/**
 * The broker's topics, in memory and in config/topics.json, which is written at each change.
 *
 * Apache: broker.topic.TopicConfigManager
 */
export class TopicConfigManager {
  readonly dataVersion: DataVersion
  readonly #brokerConfig: SystemTopicOptions
  readonly #file: ConfigFile
  readonly #logger: Logger
  readonly #topicConfigTable = new Map<string, TopicConfig>()
  readonly #systemTopics = new Set(SYSTEM_TOPICS)
  readonly #listeners: TopicConfigListener[] = []

  constructor({ brokerConfig, storeConfig, clock, fileSystem, logger }: TopicConfigManagerDeps) {
    this.dataVersion = new DataVersion(clock)
    this.#brokerConfig = brokerConfig
    const path = join(storeConfig.storePathRootDir, 'config', 'topics.json')
    this.#file = new ConfigFile(fileSystem, path, logger)
    this.#logger = logger
    for (const topicConfig of systemTopicConfigs(brokerConfig, storeConfig.timerWheelEnable)) {
      this.#topicConfigTable.set(topicConfig.topicName, topicConfig)
      this.#systemTopics.add(topicConfig.topicName)
    }
  }

  /** Reads topics.json, if it is there. @throws what its parser throws when it is broken */
  load(): void {
    const file = this.#file.read((text) => TopicConfigSerializeWrapper.decode(text))
    if (file === undefined) return
    for (const [name, config] of file.topicConfigTable) this.#topicConfigTable.set(name, config)
    this.dataVersion.assignNewOne(file.dataVersion)
    this.#logger.info({ topics: this.#topicConfigTable.size }, 'topics loaded')
  }

  persist(): void {
    this.#file.write(TopicConfigSerializeWrapper.encode(this.encode(), { pretty: true }))
  }

  /** Becomes the same as the master's. */
  takeOver({ dataVersion, topicConfigTable }: TopicConfigSerializeWrapper): void {
    if (this.dataVersion.equals(dataVersion)) return
    this.dataVersion.assignNewOne(dataVersion)
    this.#topicConfigTable.clear()
    for (const [name, config] of topicConfigTable) this.#topicConfigTable.set(name, config)
    this.persist()
    this.#logger.info({ topics: topicConfigTable.size }, 'topics taken over from the master')
  }

  /** What topics.json holds. */
  encode(): TopicConfigSerializeWrapper {
    return { dataVersion: this.dataVersion.toJSON(), topicConfigTable: this.#topicConfigTable }
  }

  onTopicConfigChanged(listener: TopicConfigListener): void {
    this.#listeners.push(listener)
  }

  get topicConfigTable(): ReadonlyMap<string, TopicConfig> {
    return this.#topicConfigTable
  }

  selectTopicConfig(topic: string): TopicConfig | undefined {
    return this.#topicConfigTable.get(topic)
  }

  containsTopic(topic: string): boolean {
    return this.#topicConfigTable.has(topic)
  }

  isOrderTopic(topic: string): boolean {
    return this.#topicConfigTable.get(topic)?.order ?? false
  }

  /** True for topics that brokers use among themselves. Source: TopicValidator#isSystemTopic */
  isSystemTopic(topic: string): boolean {
    return this.#systemTopics.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX)
  }

  /** Source: TopicValidator#getSystemTopicSet */
  get systemTopics(): ReadonlySet<string> {
    return this.#systemTopics
  }

  /**
   * The topic, created after the default topic when it is missing; undefined when the default topic does not exist or
   * may not be inherited from.
   */
  createTopicInSendMessageMethod(sent: TopicInSendMessage): TopicConfig | undefined {
    const existing = this.#topicConfigTable.get(sent.topic)
    if (existing !== undefined) return existing
    const pattern = this.#topicConfigTable.get(sent.defaultTopic)
    if (pattern === undefined || !this.#mayInherit(pattern)) {
      const { topic, defaultTopic, remoteAddress } = sent
      this.#logger.warn({ topic, defaultTopic, remoteAddress }, 'topic cannot be created by send')
      return undefined
    }
    const wanted = Math.min(sent.clientDefaultTopicQueueNums, pattern.writeQueueNums)
    const queueNums = Math.max(wanted, 0)
    return this.#create(
      newTopicConfig(sent.topic, {
        readQueueNums: queueNums,
        writeQueueNums: queueNums,
        perm: pattern.perm & ~PermName.PERM_INHERIT,
        topicSysFlag: sent.topicSysFlag,
        topicFilterType: pattern.topicFilterType,
      }),
    )
  }

  /** TBW102 out of an old file counts only as long as automatic creation is on. */
  #mayInherit(pattern: TopicConfig): boolean {
    const isAutoCreateKey = pattern.topicName === SystemTopic.AUTO_CREATE_TOPIC_KEY_TOPIC
    if (isAutoCreateKey && !this.#brokerConfig.autoCreateTopicEnable) pattern.perm = PERM_READ_WRITE
    return isInherited(pattern.perm)
  }

  /** The retry, dead letter or other topic that the broker itself needs, created when it is missing. */
  createTopicInSendMessageBackMethod(
    topic: string,
    queueNums: number,
    perm: number,
    topicSysFlag: number,
    isOrder = false,
  ): TopicConfig {
    const existing = this.#topicConfigTable.get(topic)
    if (existing === undefined) {
      return this.#create(
        newTopicConfig(topic, {
          readQueueNums: queueNums,
          writeQueueNums: queueNums,
          perm,
          topicSysFlag,
          order: isOrder,
        }),
      )
    }
    if (existing.order !== isOrder) {
      existing.order = isOrder
      this.#changed()
    }
    return existing
  }

  /** `topicConfig`, or what is there already under its name. */
  createTopicIfAbsent(topicConfig: TopicConfig): TopicConfig {
    return this.#topicConfigTable.get(topicConfig.topicName) ?? this.#create(topicConfig)
  }

  updateTopicUnitSubFlag(topic: string, hasUnitSub: boolean): void {
    const topicConfig = this.#topicConfigTable.get(topic)
    if (topicConfig === undefined) return
    topicConfig.topicSysFlag = withUnitSubFlag(topicConfig.topicSysFlag, hasUnitSub)
    this.#changed()
    this.#notify(topicConfig)
  }

  /**
   * Creates or replaces a topic. Its attributes are a change (`+key`, `-key`) of the present ones.
   * @throws AttributeError when an attribute is refused
   */
  updateTopicConfig(topicConfig: TopicConfig): void {
    this.updateTopicConfigList([topicConfig])
  }

  /** As `updateTopicConfig`, writing the file once. Those before a refused one are kept. */
  updateTopicConfigList(topicConfigs: readonly TopicConfig[]): void {
    const updated: TopicConfig[] = []
    try {
      for (const topicConfig of topicConfigs) updated.push(this.#put(topicConfig))
    } finally {
      if (updated.length > 0) this.persist()
      for (const topicConfig of updated) this.#notify(topicConfig)
    }
  }

  #put(topicConfig: TopicConfig): TopicConfig {
    const name = topicConfig.topicName
    const old = this.#topicConfigTable.get(name)
    const attributes = alterCurrentAttributes(
      old === undefined,
      TOPIC_ATTRIBUTES,
      old?.attributes ?? NO_ATTRIBUTES,
      topicConfig.attributes,
    )
    const updated = { ...topicConfig, attributes }
    this.#topicConfigTable.set(name, updated)
    this.#logger.info({ topic: name, existed: old !== undefined }, 'topic config updated')
    this.dataVersion.nextVersion()
    return updated
  }

  /** Marks topics as ordered that the name server says are. */
  updateOrderTopicConfig(topics: Iterable<string>): void {
    let isChanged = false
    for (const topic of topics) {
      const topicConfig = this.#topicConfigTable.get(topic)
      if (topicConfig === undefined || topicConfig.order) continue
      topicConfig.order = true
      isChanged = true
    }
    if (isChanged) this.#changed()
  }

  deleteTopicConfig(topic: string): void {
    if (!this.#topicConfigTable.delete(topic)) {
      this.#logger.warn({ topic }, 'topic to delete does not exist')
      return
    }
    this.#logger.info({ topic }, 'topic deleted')
    this.#changed()
  }

  #create(topicConfig: TopicConfig): TopicConfig {
    this.#topicConfigTable.set(topicConfig.topicName, topicConfig)
    this.#logger.info({ topic: topicConfig.topicName, config: topicConfig }, 'topic created')
    this.#changed()
    this.#notify(topicConfig)
    return topicConfig
  }

  #changed(): void {
    this.dataVersion.nextVersion()
    this.persist()
  }

  #notify(topicConfig: TopicConfig): void {
    for (const listener of this.#listeners) listener(topicConfig)
  }
}
