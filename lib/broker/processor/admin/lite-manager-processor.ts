import {
  GetBrokerLiteInfoResponseBody,
  GetLiteClientInfoResponseBody,
  GetLiteGroupInfoResponseBody,
  GetLiteTopicInfoResponseBody,
  GetParentTopicInfoResponseBody,
} from '../../../../codec/body/lite-info.ts'
import {
  GetLiteClientInfoRequestHeader,
  GetLiteGroupInfoRequestHeader,
  GetLiteTopicInfoRequestHeader,
  GetParentTopicInfoRequestHeader,
  TriggerLiteDispatchRequestHeader,
} from '../../../../codec/header/lite-info.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { isLmq } from '../../../common/light-message-queue.ts'
import type { MessageStoreConfig } from '../../../config/message-store-config.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { LiteConsumerLagCalculator } from '../../lite/lite-consumer-lag-calculator.ts'
import type { LiteEventDispatcher } from '../../lite/lite-event-dispatcher.ts'
import type { LiteLifecycleManager } from '../../lite/lite-lifecycle-manager.ts'
import { isLiteParent, type LiteMetadata, liteTopicExpirationOf } from '../../lite/lite-metadata.ts'
import type { LiteSharding } from '../../lite/lite-sharding.ts'
import type {
  ClientGroup,
  LiteSubscriptionRegistry,
} from '../../lite/lite-subscription-registry.ts'
import { toLmqName } from '../../lite/lite-topic-names.ts'
import type { MemoryConsumerOrderInfoManager } from '../../lite/memory-consumer-order-info-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'

export interface LiteManagerDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'storeType' | 'maxLmqConsumeQueueNum'>
  readonly messageStore: Pick<
    MessageStore,
    'topics' | 'getMinOffsetInQueue' | 'getMessageStoreTimestamp'
  >
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'offsetTableSize'>
  readonly metadata: LiteMetadata
  readonly registry: LiteSubscriptionRegistry
  readonly dispatcher: LiteEventDispatcher
  readonly lifecycle: LiteLifecycleManager
  readonly lags: LiteConsumerLagCalculator
  readonly orderInfo: Pick<MemoryConsumerOrderInfoManager, 'orderInfoCount'>
  readonly sharding: Pick<LiteSharding, 'isOwn'>
}

/** Apache sets none in these answers, and leaves the others with the one that commands are made with. */
const WITHOUT_REMARK: ReadonlySet<number> = new Set([
  RequestCode.GET_BROKER_LITE_INFO,
  RequestCode.GET_PARENT_TOPIC_INFO,
  RequestCode.GET_LITE_TOPIC_INFO,
  RequestCode.GET_LITE_CLIENT_INFO,
])
const MAX_RETURN_COUNT = 10_000
const DEFAULT_RETURN_COUNT = 1_000

/** What tools ask about lite topics. Apache: broker.processor.LiteManagerProcessor */
export class LiteManagerProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.GET_BROKER_LITE_INFO,
    RequestCode.GET_PARENT_TOPIC_INFO,
    RequestCode.GET_LITE_TOPIC_INFO,
    RequestCode.GET_LITE_CLIENT_INFO,
    RequestCode.GET_LITE_GROUP_INFO,
    RequestCode.TRIGGER_LITE_DISPATCH,
  ]

  readonly #deps: LiteManagerDeps

  constructor(deps: LiteManagerDeps) {
    this.#deps = deps
  }

  async process({ code, extFields }: RemotingCommand): Promise<RemotingCommand> {
    const body = await this.#bodyOf(code, extFields)
    const remark = WITHOUT_REMARK.has(code) ? undefined : NOT_SET_REMARK
    return RemotingCommand.response(ResponseCode.SUCCESS, remark, undefined, body)
  }

  #bodyOf(code: number, extFields: RemotingCommand['extFields']) {
    switch (code) {
      case RequestCode.GET_BROKER_LITE_INFO:
        return this.#getBrokerLiteInfo()
      case RequestCode.GET_PARENT_TOPIC_INFO:
        return this.#getParentTopicInfo(GetParentTopicInfoRequestHeader.decode(extFields))
      case RequestCode.GET_LITE_TOPIC_INFO:
        return this.#getLiteTopicInfo(GetLiteTopicInfoRequestHeader.decode(extFields))
      case RequestCode.GET_LITE_CLIENT_INFO:
        return this.#getLiteClientInfo(GetLiteClientInfoRequestHeader.decode(extFields))
      case RequestCode.GET_LITE_GROUP_INFO:
        return this.#getLiteGroupInfo(GetLiteGroupInfoRequestHeader.decode(extFields))
      default:
        return this.#triggerLiteDispatch(TriggerLiteDispatchRequestHeader.decode(extFields))
    }
  }

  #getBrokerLiteInfo(): Buffer {
    const { storeConfig, messageStore, metadata } = this.#deps
    const { topics } = messageStore
    return GetBrokerLiteInfoResponseBody.encode({
      storeType: storeConfig.storeType,
      maxLmqNum: storeConfig.maxLmqConsumeQueueNum,
      currentLmqNum: topics.filter(isLmq).length,
      liteSubscriptionCount: this.#deps.registry.activeSubscriptionNum,
      orderInfoCount: this.#deps.orderInfo.orderInfoCount,
      cqTableSize: topics.length,
      offsetTableSize: this.#deps.consumerOffsetManager.offsetTableSize,
      eventMapSize: this.#deps.dispatcher.eventMapSize,
      topicMeta: metadata.topicTtlMap(),
      groupMeta: metadata.subscriberGroupMap(),
    })
  }

  #getParentTopicInfo({ topic }: GetParentTopicInfoRequestHeader): Buffer {
    const config = this.#requireParent(topic)
    const { messageStore, lifecycle, metadata } = this.#deps
    return GetParentTopicInfoResponseBody.encode({
      topic,
      ttl: liteTopicExpirationOf(config),
      lmqNum: messageStore.topics.filter(isLmq).length,
      liteTopicCount: lifecycle.getLiteTopicCount(topic),
      groups: metadata.subscriberGroupMap().get(topic),
    })
  }

  async #getLiteTopicInfo(header: GetLiteTopicInfoRequestHeader): Promise<Buffer> {
    const { parentTopic = '', liteTopic } = header
    this.#requireParent(parentTopic)
    const lmqName = toLmqName(parentTopic, liteTopic ?? '') ?? ''
    const { messageStore, lifecycle, sharding } = this.#deps
    const maxOffset = lifecycle.getMaxOffsetInQueue(lmqName)
    const isEmpty = maxOffset === 0
    return GetLiteTopicInfoResponseBody.encode({
      parentTopic,
      liteTopic,
      subscriber: this.#subscribersOf(lmqName),
      topicOffset: {
        minOffset: isEmpty ? 0 : Math.max(messageStore.getMinOffsetInQueue(lmqName, 0), 0),
        maxOffset,
        lastUpdateTimestamp: isEmpty
          ? 0
          : await messageStore.getMessageStoreTimestamp(lmqName, 0, maxOffset - 1),
      },
      shardingToBroker: await sharding.isOwn(parentTopic, lmqName),
    })
  }

  #subscribersOf(lmqName: string): ClientGroup[] {
    const { registry, metadata } = this.#deps
    return Array.from(registry.getAllSubscriber(undefined, lmqName)).flatMap(([group, clients]) =>
      metadata.isWildcardGroup(group) ? [{ clientId: '*', group }] : clients,
    )
  }

  #getLiteClientInfo(header: GetLiteClientInfoRequestHeader): Buffer {
    const { parentTopic = '', group = '', clientId, maxCount = DEFAULT_RETURN_COUNT } = header
    if (maxCount <= 0)
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, '[maxCount] field invalid')
    this.#requireParent(parentTopic)
    if (this.#bindTopicOf(group) !== parentTopic) {
      invalid(`Subscription [${group}]-[${parentTopic}] not match.`)
    }
    const { registry, dispatcher } = this.#deps
    const lmqNames = registry.liteTopicsOf(clientId ?? '')
    return GetLiteClientInfoResponseBody.encode({
      ...{ parentTopic, group, clientId, lastConsumeTime: 0 },
      liteTopicCount: lmqNames?.size ?? -1,
      liteTopicSet: lmqNames && [...lmqNames].slice(0, Math.min(maxCount, MAX_RETURN_COUNT)),
      lastAccessTime: dispatcher.getClientLastAccessTime(clientId ?? ''),
    })
  }

  async #getLiteGroupInfo(header: GetLiteGroupInfoRequestHeader): Promise<Buffer> {
    const { group, liteTopic } = header
    const parentTopic = this.#requireLiteGroup(group)
    const lags =
      liteTopic === undefined || liteTopic === ''
        ? await this.#lagsOfGroup(group, parentTopic, header.topK ?? 0)
        : await this.#lagOf(group, toLmqName(parentTopic, liteTopic) ?? '')
    return GetLiteGroupInfoResponseBody.encode({ group, parentTopic, liteTopic, ...lags })
  }

  async #lagsOfGroup(group: string, parentTopic: string, topK: number) {
    if (topK < 1) throw new RemotingError(ResponseCode.SYSTEM_ERROR, '[topK] field invalid')
    const { lags } = this.#deps
    const counts = await lags.getLagCountTopK(group, topK)
    const times = lags.getLagTimestampTopK(group, parentTopic, topK)
    return {
      lagCountTopK: [...counts.top],
      totalLagCount: counts.total,
      lagTimestampTopK: [...times.top],
      earliestUnconsumedTimestamp: times.total,
    }
  }

  async #lagOf(group: string, lmqName: string) {
    const { lifecycle, consumerOffsetManager } = this.#deps
    const maxOffset = lifecycle.getMaxOffsetInQueue(lmqName)
    if (maxOffset === 0) return { totalLagCount: -1, earliestUnconsumedTimestamp: -1 }
    const offset = consumerOffsetManager.queryOffset(group, lmqName, 0)
    if (offset < 0) return { totalLagCount: 0, earliestUnconsumedTimestamp: -1 }
    const timeAt = (at: number) => this.#deps.messageStore.getMessageStoreTimestamp(lmqName, 0, at)
    return {
      totalLagCount: maxOffset - offset,
      earliestUnconsumedTimestamp: await timeAt(offset),
      liteTopicOffsetWrapper: {
        ...{ brokerOffset: maxOffset, consumerOffset: offset, pullOffset: 0 },
        lastTimestamp: offset > 0 ? await timeAt(offset - 1) : 0,
      },
    }
  }

  #triggerLiteDispatch({ group, clientId }: TriggerLiteDispatchRequestHeader): undefined {
    this.#requireLiteGroup(group)
    const { dispatcher } = this.#deps
    if (clientId === undefined || clientId === '') dispatcher.doFullDispatchByGroup(group)
    else dispatcher.doFullDispatchForClient(clientId, group)
  }

  #requireParent(topic: string): TopicConfig {
    const config = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (config === undefined) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `Topic [${topic}] not exist.`)
    }
    if (!isLiteParent(config)) invalid(`Topic [${topic}] type not match.`)
    return config
  }

  #requireLiteGroup(group: string): string {
    const parentTopic = this.#bindTopicOf(group)
    if (parentTopic === undefined || parentTopic === '') {
      invalid(`Group [${group}] is not a LITE group.`)
    }
    return parentTopic
  }

  #bindTopicOf(group: string): string | undefined {
    const config = this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (config === undefined) {
      const remark = `Group [${group}] not exist.`
      throw new RemotingError(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark)
    }
    return config.attributes.get('lite.bind.topic')
  }
}

function invalid(remark: string): never {
  throw new RemotingError(ResponseCode.INVALID_PARAMETER, remark)
}
