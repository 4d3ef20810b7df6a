import { join } from 'node:path'
import {
  type LogicQueueMappingItem,
  type TopicQueueMappingDetail,
  type TopicQueueMappingInfo,
  TopicQueueMappingSerializeWrapper,
} from '../../../codec/body/topic-queue-mapping.ts'
import type { DataVersion as DataVersionValues } from '../../../codec/body/data-version.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import { ConfigFile } from './config-file.ts'
import {
  buildIdMap,
  checkLogicQueueMappingItemOffset,
  makeSureLogicQueueMappingItemImmutable,
} from './logic-queue-mapping.ts'

export interface TopicQueueMappingManagerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** What of a request says which queue it means. `lo` is false when another broker asks, for the queue itself. */
export interface TopicQueueRequest {
  readonly topic: string
  readonly queueId: number
  readonly lo?: boolean | undefined
}

/** A logical queue of which this broker has the last part. Apache: remoting.protocol.statictopic.TopicQueueMappingContext */
export interface TopicQueueMappingContext {
  readonly topic: string
  readonly globalId: number
  /** The name of this broker. */
  readonly bname: string
  readonly mappingItemList: readonly LogicQueueMappingItem[]
  readonly leaderItem: LogicQueueMappingItem
}

/**
 * The broker's static topics, in memory and in config/topicQueueMapping.json, which is written at each change. The values are
 * never changed, only replaced: who has taken one may keep it over an await.
 *
 * Apache: broker.topic.TopicQueueMappingManager
 */
export class TopicQueueMappingManager {
  readonly dataVersion: DataVersion
  readonly #brokerConfig: TopicQueueMappingManagerDeps['brokerConfig']
  readonly #file: ConfigFile
  readonly #logger: Logger
  readonly #topicQueueMappingTable = new Map<string, TopicQueueMappingDetail>()

  constructor(deps: TopicQueueMappingManagerDeps) {
    const { brokerConfig, storeConfig, clock, fileSystem, logger } = deps
    this.dataVersion = new DataVersion(clock)
    this.#brokerConfig = brokerConfig
    const path = join(storeConfig.storePathRootDir, 'config', 'topicQueueMapping.json')
    this.#file = new ConfigFile(fileSystem, path, logger)
    this.#logger = logger
  }

  /** Reads topicQueueMapping.json, if it is there. @throws what its parser throws when it is broken */
  load(): void {
    const file = this.#file.read((text) => TopicQueueMappingSerializeWrapper.decode(text))
    if (file === undefined) return
    this.#replaceAll(file.dataVersion, file.topicQueueMappingInfoMap)
  }

  persist(): void {
    this.#file.write(TopicQueueMappingSerializeWrapper.encode(this.encode(), { pretty: true }))
  }

  /** What topicQueueMapping.json holds. */
  encode(): TopicQueueMappingSerializeWrapper {
    return {
      dataVersion: this.dataVersion.toJSON(),
      topicQueueMappingInfoMap: this.#topicQueueMappingTable,
    }
  }

  /** Becomes the same as the master's. (Apache's slave takes the version only.) */
  takeOver(
    dataVersion: DataVersionValues,
    details: ReadonlyMap<string, TopicQueueMappingDetail>,
  ): void {
    if (this.dataVersion.equals(dataVersion)) return
    this.#replaceAll(dataVersion, details)
    this.persist()
  }

  get topicQueueMappingTable(): ReadonlyMap<string, TopicQueueMappingDetail> {
    return this.#topicQueueMappingTable
  }

  getTopicQueueMapping(topic: string): TopicQueueMappingDetail | undefined {
    return this.#topicQueueMappingTable.get(topic)
  }

  /** The mappings of those of the topics that are static. */
  subTopicQueueMappingTable(
    topics: ReadonlyMap<string, unknown>,
  ): Map<string, TopicQueueMappingDetail> {
    const details = [...this.#topicQueueMappingTable]
    return new Map(details.filter(([topic]) => topics.has(topic)))
  }

  /** What name servers are told; undefined when the topic is not static. Source: TopicQueueMappingDetail#cloneAsMappingInfo */
  mappingInfoOf(name: string): TopicQueueMappingInfo | undefined {
    const detail = this.#topicQueueMappingTable.get(name)
    if (detail === undefined) return undefined
    const { topic, totalQueues, bname, epoch, scope, dirty } = detail
    return { topic, totalQueues, bname, epoch, scope, dirty, currIdMap: buildIdMap(detail) }
  }

  /**
   * Creates or replaces the mapping of a topic. Queues that the new one does not name keep their parts. `isForced` passes by the
   * comparison with what is there.
   * @throws RemotingError when the new mapping contradicts itself, or what is there
   */
  updateTopicQueueMapping(given: TopicQueueMappingDetail, isForced: boolean): void {
    const { topic } = given
    this.#checkBroker(given)
    for (const items of given.hostedQueues.values()) checkLogicQueueMappingItemOffset(items)
    const old = this.#topicQueueMappingTable.get(topic)
    if (old !== undefined && !isForced) checkSuccession(old, given)
    const hostedQueues = new Map([...(old?.hostedQueues ?? []), ...given.hostedQueues])
    this.#topicQueueMappingTable.set(topic, { ...given, hostedQueues })
    const { epoch } = given
    this.#logger.info({ topic, epoch, formerEpoch: old?.epoch, isForced }, 'static topic updated')
    this.#changed()
  }

  /** Sets what is left of a topic's queues after parts of them have been cleaned. */
  setHostedQueues(topic: string, hostedQueues: TopicQueueMappingDetail['hostedQueues']): void {
    const detail = this.#topicQueueMappingTable.get(topic)
    if (detail === undefined) return
    this.#topicQueueMappingTable.set(topic, { ...detail, hostedQueues })
    this.#changed()
  }

  delete(topic: string): void {
    if (!this.#topicQueueMappingTable.delete(topic)) return
    this.#logger.info({ topic }, 'static topic deleted')
    this.#changed()
  }

  /**
   * The logical queue that a request means; undefined when it means the queue itself: the topic is not static, or another broker
   * asks. With `selectsOne` a negative queue id means any queue whose last part this broker has.
   * @throws RemotingError NOT_LEADER_FOR_QUEUE when another broker has the last part
   */
  buildTopicQueueMappingContext(
    { topic, queueId, lo }: TopicQueueRequest,
    selectsOne = false,
  ): TopicQueueMappingContext | undefined {
    if (lo === false) return undefined
    const detail = this.#topicQueueMappingTable.get(topic)
    if (detail === undefined) return undefined
    const { bname, hostedQueues } = detail
    const globalId = queueId < 0 && selectsOne ? anyLedQueue(detail) : queueId
    const mappingItemList = hostedQueues.get(globalId) ?? []
    const leaderItem = mappingItemList.at(-1)
    if (leaderItem?.bname === bname) return { topic, globalId, bname, mappingItemList, leaderItem }
    const remark = `${topic}-${globalId} does not exit in request process of current broker ${bname}`
    throw new RemotingError(ResponseCode.NOT_LEADER_FOR_QUEUE, remark)
  }

  /** Apache asserts this, which its broker is not started for. */
  #checkBroker({ bname }: TopicQueueMappingDetail): void {
    const { brokerName } = this.#brokerConfig
    if (bname === brokerName) return
    const remark = `The broker name is not equal ${brokerName} != ${bname} `
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
  }

  #replaceAll(
    dataVersion: DataVersionValues,
    details: ReadonlyMap<string, TopicQueueMappingDetail>,
  ): void {
    this.#topicQueueMappingTable.clear()
    for (const [topic, detail] of details) this.#topicQueueMappingTable.set(topic, detail)
    this.dataVersion.assignNewOne(dataVersion)
  }

  #changed(): void {
    this.dataVersion.nextVersion()
    this.persist()
  }
}

function checkSuccession(old: TopicQueueMappingDetail, given: TopicQueueMappingDetail): void {
  if (given.epoch < old.epoch) {
    throw refused(`Can't accept data with small epoch ${given.epoch} < ${old.epoch}`)
  }
  if (given.scope !== old.scope) {
    throw refused(`Can't accept data with unmatched scope ${given.scope} != ${old.scope}`)
  }
  const isEpochEqual = given.epoch === old.epoch
  for (const [globalId, oldItems] of old.hostedQueues) {
    const newItems = given.hostedQueues.get(globalId)
    if (newItems !== undefined) {
      makeSureLogicQueueMappingItemImmutable(oldItems, newItems, isEpochEqual)
    } else if (isEpochEqual) {
      throw refused('Cannot accept equal epoch with null data')
    }
  }
}

function anyLedQueue(detail: TopicQueueMappingDetail): number {
  for (const globalId of buildIdMap(detail).keys()) return globalId
  return -1
}

function refused(remark: string): RemotingError {
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
