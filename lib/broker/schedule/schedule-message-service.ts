import { join } from 'node:path'
import { DelayOffsetSerializeWrapper } from '../../../codec/body/consumer-offset.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile, writeStateFileAsync } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { AppendResult, MessageStore } from '../../store/types.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { DelayLevelQueue, type DelayLevelQueueDeps } from './delay-level-queue.ts'
import { delayLevel2QueueId } from './delay-transform.ts'

export interface ScheduleMessageServiceDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'delayOffsetUpdateVersionStep'>
  readonly storeConfig: Pick<
    MessageStoreConfig,
    | 'storePathRootDir'
    | 'flushDelayOffsetInterval'
    | 'enableScheduleAsyncDeliver'
    | 'scheduleAsyncDeliverMaxPendingLimit'
    | 'enableScheduleMessageStats'
  >
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'gets' | 'messages'>
  readonly delayLevels: DelayLevels
  readonly messageStore: MessageStore
  /** Takes what is delivered. */
  readonly escapeBridge: DelayLevelQueueDeps['escapeBridge']
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** Under which deliveries are counted. Source: common.MixAll */
const SCHEDULE_CONSUMER_GROUP = 'SCHEDULE_CONSUMER'

/**
 * Delivers messages with a delay level: those that wait in SCHEDULE_TOPIC_XXXX are put back under their own topic when
 * their time has come. How far each level has come is in config/delayOffset.json, written every few seconds: after a
 * crash what was delivered since then comes once more.
 *
 * Apache: broker.schedule.ScheduleMessageService
 */
export class ScheduleMessageService implements Service {
  readonly dataVersion: DataVersion
  readonly #deps: ScheduleMessageServiceDeps
  readonly #path: string
  readonly #offsetTable = new Map<number, number>()
  #queues: readonly DelayLevelQueue[] = []
  #persistTimer: Timer | undefined
  #isChanged = false
  #writing: Promise<void> | undefined
  #updates = 0

  constructor(deps: ScheduleMessageServiceDeps) {
    this.#deps = deps
    this.dataVersion = new DataVersion(deps.clock)
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', 'delayOffset.json')
    deps.messageStore.addMessageArrivingListener(({ topic, queueId }) => {
      if (topic === SystemTopic.RMQ_SYS_SCHEDULE_TOPIC) this.#queues[queueId]?.wake()
    })
  }

  /** Next offset by level. */
  get offsetTable(): ReadonlyMap<number, number> {
    return this.#offsetTable
  }

  /** Reads delayOffset.json, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => DelayOffsetSerializeWrapper.decode(text)
    const file = readStateFile(this.#deps.fileSystem, this.#path, parse)
    if (file === undefined) return
    for (const [level, offset] of file.offsetTable) this.#offsetTable.set(level, offset)
    this.dataVersion.assignNewOne(file.dataVersion)
  }

  async start(): Promise<void> {
    const { clock, logger, messageStore, escapeBridge, delayLevels, storeConfig } = this.#deps
    this.#correctDelayOffsets()
    this.#queues = delayLevels.delaysMs.map((delayMs, index) => {
      const level = index + 1
      const onOffset = (offset: number): void => this.#updateOffset(level, offset)
      const onDelivered = (topic: string, appended: AppendResult): void => {
        if (storeConfig.enableScheduleMessageStats) this.#countDelivery(index, topic, appended)
      }
      const deps = { storeConfig, clock, logger, messageStore, escapeBridge, level, delayMs }
      return new DelayLevelQueue(
        { ...deps, onOffset, onDelivered },
        this.#offsetTable.get(level) ?? 0,
      )
    })
    for (const queue of this.#queues) queue.wake()
    this.#persistTimer = clock.setInterval(
      () => void this.#persistInBackground(),
      storeConfig.flushDelayOffsetInterval,
    )
  }

  /** As a get of the delayed message by the broker itself, and a put of the delivered one. */
  #countDelivery(queueId: number, topic: string, { messageCount, size }: AppendResult): void {
    const { puts, gets, messages } = this.#deps.brokerStatsManager
    const delayed = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
    messages.incMessagesOut(SCHEDULE_CONSUMER_GROUP, delayed, messageCount, size)
    messages.incDelivered(topic, 'delay', messageCount, size)
    gets.incQueueGet(SCHEDULE_CONSUMER_GROUP, delayed, queueId, messageCount, size)
    gets.incGroupGetWithinBroker(SCHEDULE_CONSUMER_GROUP, delayed, messageCount, size)
    puts.incTopicPut(topic, messageCount, size)
  }

  async stop(): Promise<void> {
    this.#persistTimer?.cancel()
    await Promise.all(this.#queues.map((queue) => queue.stop()))
    this.#queues = []
    await this.#writing
    this.#persistChanges()
  }

  persist(): void {
    writeStateFile(this.#deps.fileSystem, this.#path, this.#content())
    this.#isChanged = false
  }

  /** Becomes the same as the master's. Resolves when that is on the disk, or could not be written. */
  takeOver({ dataVersion, offsetTable }: DelayOffsetSerializeWrapper): Promise<void> {
    for (const [level, offset] of offsetTable) {
      if (this.#offsetTable.get(level) === offset) continue
      this.#offsetTable.set(level, offset)
      this.#isChanged = true
    }
    this.dataVersion.assignNewOne(dataVersion)
    return this.#persistInBackground()
  }

  /** Takes the offsets of a slave that may have acted as master, where they are further: what it has delivered is done. */
  takeOverReverse({ dataVersion, offsetTable }: DelayOffsetSerializeWrapper): void {
    for (const [level, offset] of offsetTable) {
      if (offset > (this.#offsetTable.get(level) ?? 0)) this.#offsetTable.set(level, offset)
    }
    if (this.dataVersion.compare(dataVersion) < 0) this.dataVersion.assignNewOne(dataVersion)
    this.persist()
  }

  /** What delayOffset.json holds. */
  encode(): DelayOffsetSerializeWrapper {
    return { dataVersion: this.dataVersion.toJSON(), offsetTable: this.#offsetTable }
  }

  /** `scheduleMessageOffset_LEVEL` -> `next,max`, for GET_BROKER_RUNTIME_INFO. */
  buildRunningStats(): Map<string, string> {
    const stats = new Map<string, string>()
    for (const [level, offset] of this.#offsetTable) {
      stats.set(`scheduleMessageOffset_${level}`, `${offset},${this.#maxOffset(level)}`)
    }
    return stats
  }

  #maxOffset(level: number): number {
    const queueId = delayLevel2QueueId(level)
    const topic = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
    return this.#deps.messageStore.getMaxOffsetInQueue(topic, queueId)
  }

  /** The file may be behind the log's oldest message or, after a loss, ahead of its newest. */
  #correctDelayOffsets(): void {
    const topic = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
    for (const [level, offset] of this.#offsetTable) {
      const queueId = delayLevel2QueueId(level)
      const minOffset = this.#deps.messageStore.getMinOffsetInQueue(topic, queueId)
      const corrected = Math.min(Math.max(offset, minOffset), this.#maxOffset(level))
      if (corrected === offset) continue
      this.#deps.logger.error({ level, offset, corrected }, 'delay offset corrected')
      this.#updateOffset(level, corrected)
    }
  }

  #updateOffset(level: number, offset: number): void {
    if (this.#offsetTable.get(level) === offset) return
    this.#offsetTable.set(level, offset)
    this.#isChanged = true
    this.#updates++
    const step = this.#deps.brokerConfig.delayOffsetUpdateVersionStep
    if (this.#updates % step === 0) this.dataVersion.nextVersion()
  }

  #content(): Buffer {
    return DelayOffsetSerializeWrapper.encode(this.encode(), { pretty: true })
  }

  #persistChanges(): void {
    if (!this.#isChanged) return
    try {
      this.persist()
    } catch (error) {
      this.#tellFailure(error)
    }
  }

  /** Requests and replication go on meanwhile. */
  #persistInBackground(): Promise<void> {
    if (!this.#isChanged || this.#writing !== undefined) return this.#writing ?? Promise.resolve()
    this.#isChanged = false
    this.#writing = writeStateFileAsync(this.#deps.fileSystem, this.#path, this.#content())
      .catch((error: unknown) => {
        this.#isChanged = true
        this.#tellFailure(error)
      })
      .finally(() => (this.#writing = undefined))
    return this.#writing
  }

  #tellFailure(err: unknown): void {
    this.#deps.logger.error({ err, path: this.#path }, 'delay offsets cannot be written')
  }
}
