import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { TopicConfigAndMappingSerializeWrapper } from '../../../../codec/body/topic-config-serialize-wrapper.ts'
import {
  CreateTopicListRequestBody,
  type TopicConfig,
} from '../../../../codec/body/topic-config.ts'
import { TopicList } from '../../../../codec/body/topic-list.ts'
import { TopicConfigAndQueueMapping } from '../../../../codec/body/topic-queue-mapping.ts'
import { type TopicOffset, TopicStatsTable } from '../../../../codec/body/topic-stats.ts'
import { CreateTopicRequestHeader } from '../../../../codec/header/create-topic.ts'
import { DeleteTopicRequestHeader } from '../../../../codec/header/delete-topic.ts'
import {
  GetAllTopicConfigRequestHeader,
  GetAllTopicConfigResponseHeader,
} from '../../../../codec/header/get-all-metadata.ts'
import { GetTopicConfigRequestHeader } from '../../../../codec/header/get-config.ts'
import { GetTopicStatsInfoRequestHeader } from '../../../../codec/header/get-topic-stats-info.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Clock } from '../../../common/clock.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { TimerMessageStore } from '../../../store/timer/timer-message-store.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { PopInflightMessageCounter } from '../../pop/pop-inflight-message-counter.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { AttributeError } from '../../topic/attributes.ts'
import { isSameTopicConfig } from '../../topic/topic-config.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from '../../topic/topic-queue-mapping-manager.ts'
import { buildPopRetryTopicV1, buildPopRetryTopicV2 } from '../../topic/topic-names.ts'
import { isTopicOrGroupIllegal, validateTopic } from '../../topic/topic-validator.ts'
import { isPageRequest, metadataPage } from './metadata-page.ts'
import { checkTopicName, invalid, refuseSystemTopic, topicConfigOf } from './topic-request.ts'

export interface TopicAdminDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerName'
    | 'validateSystemTopicWhenUpdateTopic'
    | 'enableMixedMessageType'
    | 'clearRetryTopicWhenDeleteTopic'
    | 'autoDeleteUnusedStats'
  >
  readonly topicConfigManager: TopicConfigManager
  readonly topicQueueMappingManager: Pick<
    TopicQueueMappingManager,
    'dataVersion' | 'delete' | 'getTopicQueueMapping' | 'subTopicQueueMappingTable'
  >
  /** Apache: ConsumerOffsetManager */
  readonly consumerOffsetManager: {
    whichGroupByTopic(topic: string): Iterable<string>
    cleanOffsetByTopic(topic: string): void
  }
  readonly messageStore: MessageStore
  readonly brokerStatsManager: Pick<
    BrokerStatsManager,
    'onTopicDeleted' | 'tpsTopicPutNums' | 'messages'
  >
  readonly clock: Clock
  /** undefined without a timer wheel. */
  readonly timerMessageStore: Pick<TimerMessageStore, 'metrics'> | undefined
  readonly popInflightMessageCounter: Pick<
    PopInflightMessageCounter,
    'clearInFlightMessageNumByTopicName'
  >
  /** Apache: LiteLifecycleManager */
  readonly liteTopics: { cleanByParentTopic(parentTopic: string): void }
  /** Resolves when the name servers know of the topics changed so far, or cannot be told. */
  readonly topicsRegistered: () => Promise<void>
  readonly logger: Logger
}

/**
 * Creates, changes, deletes and tells topics.
 *
 * Apache: broker.processor.AdminBrokerProcessor, the requests about topics
 */
export class TopicAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.UPDATE_AND_CREATE_TOPIC,
    RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
    RequestCode.DELETE_TOPIC_IN_BROKER,
    RequestCode.GET_ALL_TOPIC_CONFIG,
    RequestCode.GET_TOPIC_CONFIG,
    RequestCode.GET_TOPIC_STATS_INFO,
    RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER,
  ]

  readonly #deps: TopicAdminDeps

  constructor(deps: TopicAdminDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand | Promise<RemotingCommand> {
    switch (request.code) {
      case RequestCode.UPDATE_AND_CREATE_TOPIC:
        return this.#timed(
          [topicConfigOf(CreateTopicRequestHeader.decode(request.extFields))],
          channel,
        )
      case RequestCode.UPDATE_AND_CREATE_TOPIC_LIST: {
        const { topicConfigList } = CreateTopicListRequestBody.decode(request.body)
        return this.#timed(topicConfigList, channel)
      }
      case RequestCode.DELETE_TOPIC_IN_BROKER:
        return this.#deleteTopic(DeleteTopicRequestHeader.decode(request.extFields), channel)
      case RequestCode.GET_ALL_TOPIC_CONFIG:
        return this.#getAllTopicConfig(GetAllTopicConfigRequestHeader.decode(request.extFields))
      case RequestCode.GET_TOPIC_CONFIG:
        return this.#getTopicConfig(GetTopicConfigRequestHeader.decode(request.extFields))
      case RequestCode.GET_TOPIC_STATS_INFO:
        return this.#getTopicStats(GetTopicStatsInfoRequestHeader.decode(request.extFields))
      default:
        return this.#getSystemTopicList()
    }
  }

  async #timed(topicConfigs: readonly TopicConfig[], channel: Channel): Promise<RemotingCommand> {
    const { clock, topicConfigManager, brokerStatsManager } = this.#deps
    const beginMs = clock.now()
    let isSuccess = false
    try {
      const response = await this.#updateAndCreateTopics(topicConfigs, channel)
      isSuccess = true
      return response
    } finally {
      const isSystem = topicConfigs.some(({ topicName }) => {
        return topicConfigManager.isSystemTopic(topicName)
      })
      const elapsedMs = clock.now() - beginMs
      brokerStatsManager.messages.recordTopicCreation(isSuccess, isSystem, elapsedMs)
    }
  }

  /**
   * Topics that would not change are left alone (Apache then leaves the whole list alone). Answered after the
   * registration, as by Apache: administrators and clients ask for the route right after the answer.
   */
  async #updateAndCreateTopics(
    topicConfigs: readonly TopicConfig[],
    channel: Channel,
  ): Promise<RemotingCommand> {
    for (const topicConfig of topicConfigs) this.#checkTopic(topicConfig)
    const { topicConfigManager, logger } = this.#deps
    const changed = topicConfigs.filter((topicConfig) => {
      const existing = topicConfigManager.selectTopicConfig(topicConfig.topicName)
      return existing === undefined || !isSameTopicConfig(topicConfig, existing)
    })
    const topics = changed.map(({ topicName }) => topicName)
    logger.info({ topics, caller: channel.remoteHost.toString() }, 'update or create topics')
    try {
      if (changed.length > 0) topicConfigManager.updateTopicConfigList(changed)
    } catch (error) {
      if (!(error instanceof AttributeError)) throw error
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, error.message)
    }
    await this.#deps.topicsRegistered()
    return RemotingCommand.response(ResponseCode.SUCCESS, NOT_SET_REMARK)
  }

  #checkTopic({ topicName, attributes }: TopicConfig): void {
    checkTopicName(this.#deps, topicName)
    const isMixed = attributes.get('+message.type') === 'MIXED'
    if (isMixed && !this.#deps.brokerConfig.enableMixedMessageType) {
      throw invalid('MIXED message type is not supported.')
    }
  }

  #deleteTopic({ topic }: DeleteTopicRequestHeader, channel: Channel): RemotingCommand {
    // Apache looks at no more than blanks here; a name that cannot be a topic's must not become a path.
    const isIllegal = topic.trim() === '' || isTopicOrGroupIllegal(topic)
    if (isIllegal) throw invalid(validateTopic(topic) as string)
    refuseSystemTopic(this.#deps, topic)
    const { topicConfigManager, consumerOffsetManager, messageStore, timerMessageStore, logger } =
      this.#deps
    const topics = new Set([topic, ...this.#popRetryTopics(topic)])
    logger.info({ topics: [...topics], caller: channel.remoteHost.toString() }, 'delete topic')
    this.#deps.liteTopics.cleanByParentTopic(topic)
    for (const each of topics) {
      topicConfigManager.deleteTopicConfig(each)
      this.#deps.topicQueueMappingManager.delete(each)
      timerMessageStore?.metrics.removeTimingCount(each)
      consumerOffsetManager.cleanOffsetByTopic(each)
      this.#deps.popInflightMessageCounter.clearInFlightMessageNumByTopicName(each)
      this.#deleteStats(each)
    }
    messageStore.deleteTopics(topics)
    return success()
  }

  #deleteStats(topic: string): void {
    const { brokerConfig, brokerStatsManager } = this.#deps
    if (brokerConfig.autoDeleteUnusedStats) brokerStatsManager.onTopicDeleted(topic)
  }

  #popRetryTopics(topic: string): string[] {
    const { brokerConfig, topicConfigManager, consumerOffsetManager } = this.#deps
    if (!brokerConfig.clearRetryTopicWhenDeleteTopic) return []
    return [...consumerOffsetManager.whichGroupByTopic(topic)]
      .flatMap((group) => [buildPopRetryTopicV1(topic, group), buildPopRetryTopicV2(topic, group)])
      .filter((each) => topicConfigManager.containsTopic(each))
  }

  #getAllTopicConfig(header: GetAllTopicConfigRequestHeader): RemotingCommand {
    const { topicConfigManager, topicQueueMappingManager } = this.#deps
    const { dataVersion } = topicConfigManager
    const { topicConfigTable } = topicConfigManager.encode()
    const asked = {
      seq: header.topicSeq,
      dataVersion: header.dataVersion,
      maxNum: header.maxTopicNum,
    }
    const isPart = isPageRequest(asked)
    const told = isPart ? metadataPage(topicConfigTable, dataVersion, asked) : topicConfigTable
    const body = TopicConfigAndMappingSerializeWrapper.encode({
      dataVersion: dataVersion.toJSON(),
      topicConfigTable: told,
      mappingDataVersion: topicQueueMappingManager.dataVersion.toJSON(),
      topicQueueMappingDetailMap: topicQueueMappingManager.subTopicQueueMappingTable(told),
      topicQueueMappingInfoMap: new Map(),
    })
    if (!isPart) return success(body)
    const total = GetAllTopicConfigResponseHeader.encode({ totalTopicNum: topicConfigTable.size })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, total, body)
  }

  #getTopicConfig({ topic, lo }: GetTopicConfigRequestHeader): RemotingCommand {
    const { topicConfigManager, topicQueueMappingManager } = this.#deps
    const topicConfig = topicConfigManager.selectTopicConfig(topic)
    if (topicConfig !== undefined) {
      const detail = lo === true ? topicQueueMappingManager.getTopicQueueMapping(topic) : undefined
      return success(TopicConfigAndQueueMapping.encode({ ...topicConfig, mappingDetail: detail }))
    }
    const remark = `No topic in this broker. topic: ${topic}`
    throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, remark)
  }

  async #getTopicStats({ topic }: GetTopicStatsInfoRequestHeader): Promise<RemotingCommand> {
    const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (topicConfig === undefined) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist`)
    }
    const { brokerName } = this.#deps.brokerConfig
    const queueNums = Math.max(topicConfig.writeQueueNums, topicConfig.readQueueNums)
    const offsetTable: [MessageQueue, TopicOffset][] = []
    for (let queueId = 0; queueId < queueNums; queueId++) {
      offsetTable.push([{ brokerName, queueId, topic }, await this.#topicOffset(topic, queueId)])
    }
    const topicPutTps = this.#deps.brokerStatsManager.tpsTopicPutNums(topic)
    return success(TopicStatsTable.encode({ offsetTable, topicPutTps }))
  }

  async #topicOffset(topic: string, queueId: number): Promise<TopicOffset> {
    const { messageStore } = this.#deps
    const minOffset = Math.max(messageStore.getMinOffsetInQueue(topic, queueId), 0)
    const maxOffset = Math.max(messageStore.getMaxOffsetInQueue(topic, queueId), 0)
    const lastUpdateTimestamp =
      maxOffset === 0
        ? 0
        : await messageStore.getMessageStoreTimestamp(topic, queueId, maxOffset - 1)
    return { minOffset, maxOffset, lastUpdateTimestamp }
  }

  #getSystemTopicList(): RemotingCommand {
    return success(TopicList.encode({ topicList: [...this.#deps.topicConfigManager.systemTopics] }))
  }
}

function success(body?: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
