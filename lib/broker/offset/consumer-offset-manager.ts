import { join } from 'node:path'
import { ConsumerOffsetSerializeWrapper } from '../../../codec/body/consumer-offset.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile, writeStateFileAsync } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { splitTopicAtGroup, topicAtGroup } from './topic-at-group.ts'

export interface ConsumerOffsetManagerDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'consumerOffsetUpdateVersionStep' | 'flushConsumerOffsetInterval' | 'useServerSideResetOffset'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** Source: common.MixAll#CID_RMQ_SYS_PREFIX */
const SYS_CONSUMER_GROUP_PREFIX = 'CID_RMQ_SYS_'

/** Next offset by queue id, by topic and group. */
type OffsetTable = Map<string, Map<number, number>>

/**
 * How far each group has consumed each queue, in memory and in config/consumerOffset.json. The file is written every
 * few seconds when something has changed, and at the stop: what was committed since the last write is lost in a crash,
 * as with Apache, and consumed once more.
 *
 * Apache: broker.offset.ConsumerOffsetManager
 */
export class ConsumerOffsetManager implements Service {
  readonly dataVersion: DataVersion
  readonly #config: ConsumerOffsetManagerDeps['brokerConfig']
  readonly #path: string
  readonly #clock: Clock
  readonly #fileSystem: FileSystem
  readonly #logger: Logger
  #offsetTable: OffsetTable = new Map()
  /** Offsets set by an administrator that the group's next pull is to be told of. Not persisted. */
  readonly #resetOffsetTable: OffsetTable = new Map()
  /** How far was pulled. Not persisted. */
  readonly #pullOffsetTable: OffsetTable = new Map()
  #commitCount = 0
  #isChanged = false
  #timer: Timer | undefined
  #writing: Promise<void> | undefined

  constructor(deps: ConsumerOffsetManagerDeps, fileName = 'consumerOffset.json') {
    this.dataVersion = new DataVersion(deps.clock)
    this.#config = deps.brokerConfig
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', fileName)
    this.#clock = deps.clock
    this.#fileSystem = deps.fileSystem
    this.#logger = deps.logger
  }

  /** Reads consumerOffset.json, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => this.decode(text)
    const file = readStateFile(this.#fileSystem, this.#path, parse)
    if (file === undefined) return
    this.#offsetTable = file.offsetTable
    this.dataVersion.assignNewOne(file.dataVersion)
    this.#logger.info({ groups: this.#offsetTable.size }, 'consumer offsets loaded')
  }

  protected decode(text: string): ConsumerOffsetSerializeWrapper {
    return ConsumerOffsetSerializeWrapper.decode(text)
  }

  start(): Promise<void> {
    const periodMs = this.#config.flushConsumerOffsetInterval
    this.#timer = this.#clock.setInterval(() => this.#persistInBackground(), periodMs)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#writing
    this.persist()
  }

  /** Writes the file now if something has changed. */
  persist(): void {
    if (!this.#isChanged) return
    this.#isChanged = false
    writeStateFile(this.#fileSystem, this.#path, this.encode(true))
  }

  /** Takes the master's offsets; what only this broker knows stays. */
  takeOver({ dataVersion, offsetTable }: ConsumerOffsetSerializeWrapper): void {
    for (const [key, offsets] of offsetTable) this.#offsetTable.set(key, offsets)
    this.dataVersion.assignNewOne(dataVersion)
    this.#isChanged = true
  }

  /**
   * Takes the offsets of a slave that may have acted as master, where they are further than this broker's. Of one whose version is older
   * only those of the brokers' own groups, which nobody resets: how far half messages are checked and popped ones revived. Apache takes
   * all offsets or none, also those with which the slave is behind.
   */
  takeOverReverse(slave: ConsumerOffsetSerializeWrapper): void {
    const isOlder = this.dataVersion.compare(slave.dataVersion) > 0
    for (const [key, offsets] of slave.offsetTable) {
      const { group = '' } = splitTopicAtGroup(key) ?? {}
      if (isOlder && !group.startsWith(SYS_CONSUMER_GROUP_PREFIX)) continue
      const own = getOrAdd(this.#offsetTable, key, newOffsets)
      for (const [queueId, offset] of offsets) {
        if (offset > (own.get(queueId) ?? -1)) own.set(queueId, offset)
      }
    }
    if (!isOlder) this.dataVersion.assignNewOne(slave.dataVersion)
    this.#isChanged = true
    this.persist()
  }

  /** What consumerOffset.json holds; also what a slave gets. */
  encode(pretty = false): Buffer {
    return ConsumerOffsetSerializeWrapper.encode(this.tables(), { pretty })
  }

  protected tables(): ConsumerOffsetSerializeWrapper {
    const groupTopicMap = new Map<string, string[]>()
    for (const { topic, group } of this.#names()) {
      getOrAdd(groupTopicMap, group, () => []).push(topic)
    }
    const dataVersion = this.dataVersion.toJSON()
    return { dataVersion, groupTopicMap, offsetTable: this.#offsetTable }
  }

  /** The file has to be written. */
  protected changed(): void {
    this.#isChanged = true
  }

  /** Sets the next offset of a queue. It may go back. */
  commitOffset(group: string, topic: string, queueId: number, offset: number): void {
    const offsets = getOrAdd(this.#offsetTable, topicAtGroup(topic, group), newOffsets)
    const stored = offsets.get(queueId)
    if (stored !== undefined && offset < stored) {
      this.#logger.warn({ group, topic, queueId, offset, stored }, 'consumer offset goes back')
    }
    offsets.set(queueId, offset)
    this.#isChanged = true
    if (++this.#commitCount % this.#config.consumerOffsetUpdateVersionStep === 0) {
      this.dataVersion.nextVersion()
    }
  }

  /** The next offset of a queue, or the one that it is to be reset to; -1 when there is none. */
  queryOffset(group: string, topic: string, queueId: number): number {
    const key = topicAtGroup(topic, group)
    if (this.#config.useServerSideResetOffset) {
      const reset = this.#resetOffsetTable.get(key)?.get(queueId)
      if (reset !== undefined) return reset
    }
    return this.#offsetTable.get(key)?.get(queueId) ?? -1
  }

  /** The next offset by queue id; empty when nothing is stored. Apache: queryOffset with two arguments */
  queryOffsets(group: string, topic: string): ReadonlyMap<number, number> {
    return this.#offsetTable.get(topicAtGroup(topic, group)) ?? newOffsets()
  }

  /** Lets a group begin a topic where another one stands. */
  cloneOffset(srcGroup: string, destGroup: string, topic: string): void {
    const offsets = this.#offsetTable.get(topicAtGroup(topic, srcGroup))
    if (offsets === undefined) return
    this.#offsetTable.set(topicAtGroup(topic, destGroup), new Map(offsets))
    this.#isChanged = true
  }

  /** Notes where the group's next pull of a queue will begin. */
  commitPullOffset(group: string, topic: string, queueId: number, offset: number): void {
    getOrAdd(this.#pullOffsetTable, topicAtGroup(topic, group), newOffsets).set(queueId, offset)
  }

  /** How far a queue was pulled since the start; otherwise how far it was consumed; -1 when neither is known. */
  queryPullOffset(group: string, topic: string, queueId: number): number {
    const pulled = this.#pullOffsetTable.get(topicAtGroup(topic, group))?.get(queueId)
    return pulled ?? this.queryOffset(group, topic, queueId)
  }

  /** Sets the offset of a queue, and tells the group with its next pull. Until then its own commits are ignored. */
  assignResetOffset(topic: string, group: string, queueId: number, offset: number): void {
    if (topic === '' || group === '' || queueId < 0 || offset < 0) {
      this.#logger.warn({ topic, group, queueId, offset }, 'reset offset is illegal')
      return
    }
    const key = topicAtGroup(topic, group)
    getOrAdd(this.#resetOffsetTable, key, newOffsets).set(queueId, offset)
    getOrAdd(this.#offsetTable, key, newOffsets).set(queueId, offset)
    this.#isChanged = true
  }

  hasOffsetReset(topic: string, group: string, queueId: number): boolean {
    return this.#resetOffsetTable.get(topicAtGroup(topic, group))?.has(queueId) ?? false
  }

  /** The offset that the group is to be told of, which is thereby done. */
  queryThenEraseResetOffset(topic: string, group: string, queueId: number): number | undefined {
    if (this.#resetOffsetTable.size === 0) return undefined
    const key = topicAtGroup(topic, group)
    const offsets = this.#resetOffsetTable.get(key)
    const offset = offsets?.get(queueId)
    offsets?.delete(queueId)
    if (offsets?.size === 0) this.#resetOffsetTable.delete(key)
    return offset
  }

  whichTopicByConsumer(group: string): string[] {
    return this.#names()
      .filter((names) => names.group === group)
      .map(({ topic }) => topic)
  }

  whichGroupByTopic(topic: string): string[] {
    return this.#names()
      .filter((names) => names.topic === topic)
      .map(({ group }) => group)
  }

  /** Topics and groups for which something is stored. */
  get offsetTableSize(): number {
    return this.#offsetTable.size
  }

  /** Forgets what was stored for a group in a topic. Apache: removeConsumerOffset */
  removeConsumerOffset(topic: string, group: string): void {
    const key = topicAtGroup(topic, group)
    for (const table of [this.#offsetTable, this.#resetOffsetTable, this.#pullOffsetTable]) {
      if (table.delete(key)) this.#isChanged = true
    }
  }

  /** Forgets what was stored for a topic that is deleted. */
  cleanOffsetByTopic(topic: string): void {
    this.#remove((names) => names.topic === topic)
  }

  /** Forgets what was stored for a group that is deleted. Apache: removeOffset, cleanOffset */
  removeOffset(group: string): void {
    this.#remove((names) => names.group === group)
  }

  #remove(isMeant: (names: { topic: string; group: string }) => boolean): void {
    for (const table of [this.#offsetTable, this.#resetOffsetTable, this.#pullOffsetTable]) {
      for (const key of table.keys()) {
        const names = splitTopicAtGroup(key)
        if (names !== undefined && isMeant(names)) table.delete(key)
      }
    }
    this.#isChanged = true
  }

  #names(): { topic: string; group: string }[] {
    return [...this.#offsetTable.keys()]
      .map(splitTopicAtGroup)
      .filter((names) => names !== undefined)
  }

  #persistInBackground(): void {
    if (!this.#isChanged || this.#writing !== undefined) return
    this.#isChanged = false
    this.#writing = writeStateFileAsync(this.#fileSystem, this.#path, this.encode(true))
      .catch((error: unknown) => {
        this.#isChanged = true
        this.#logger.error({ error, path: this.#path }, 'consumer offsets not written')
      })
      .finally(() => (this.#writing = undefined))
  }
}

function newOffsets(): Map<number, number> {
  return new Map()
}
