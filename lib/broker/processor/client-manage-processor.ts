import { CheckClientRequestBody } from '../../../codec/body/check-client.ts'
import type { ConsumerData } from '../../../codec/body/heartbeat-data.ts'
import { HeartbeatData } from '../../../codec/body/heartbeat-data.ts'
import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import { UnregisterClientRequestHeader } from '../../../codec/header/unregister-client.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { PERM_READ_WRITE } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { ClientChannelInfo } from '../client/client-channel-info.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ProducerManager } from '../client/producer-manager.ts'
import { isTagType } from '../filter/expression-type.ts'
import { checkExpression } from '../filter/message-filters.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildTopicSysFlag } from '../topic/topic-config.ts'
import { getRetryTopic } from '../topic/topic-names.ts'

export interface ClientManageDeps {
  readonly clock: Clock
  readonly brokerConfig: Pick<BrokerConfig, 'enablePropertyFilter' | 'rejectPullConsumerEnable'>
  readonly topicConfigManager: Pick<
    TopicConfigManager,
    'createTopicInSendMessageBackMethod' | 'isOrderTopic'
  >
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly brokerStatsManager: Pick<
    BrokerStatsManager,
    'incConsumerRegisterTime' | 'incProducerRegisterTime'
  >
  readonly producerManager: ProducerManager
  readonly consumerManager: ConsumerManager
}

/** HEART_BEAT, UNREGISTER_CLIENT and CHECK_CLIENT_CONFIG. Apache: broker.processor.ClientManageProcessor */
export class ClientManageProcessor implements RequestProcessor {
  readonly #deps: ClientManageDeps
  /** By group: the fingerprint of the last heartbeat, 0 for one without. */
  readonly #fingerprints = new Map<string, number>()

  constructor(deps: ClientManageDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    switch (request.code) {
      case RequestCode.HEART_BEAT:
        return this.#heartBeat(request, channel)
      case RequestCode.UNREGISTER_CLIENT:
        return this.#unregisterClient(request, channel)
      default:
        return this.#checkClientConfig(request)
    }
  }

  #heartBeat(request: RemotingCommand, channel: Channel): RemotingCommand {
    const heartbeat = HeartbeatData.decode(request.body)
    const client: ClientChannelInfo = {
      channel,
      clientId: heartbeat.clientID,
      language: request.language,
      version: request.version,
      lastUpdateTimestamp: this.#deps.clock.now(),
    }
    let isSubChange = heartbeat.heartbeatFingerprint === 0
    for (const consumer of heartbeat.consumerDataSet) {
      if (this.#isRejected(consumer)) continue
      if (this.#noteFingerprint(consumer.groupName, heartbeat)) isSubChange = true
      this.#registerConsumer(consumer, client, heartbeat.withoutSub)
    }
    for (const { groupName } of heartbeat.producerDataSet) {
      this.#registerProducer(groupName, client)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, {
      IS_SUPPORT_HEART_BEAT_V2: 'true',
      IS_SUB_CHANGE: String(isSubChange),
    })
  }

  #registerProducer(group: string, client: ClientChannelInfo): void {
    const { producerManager, brokerStatsManager, clock } = this.#deps
    const beginMs = clock.now()
    producerManager.registerProducer(group, client)
    brokerStatsManager.incProducerRegisterTime(clock.now() - beginMs)
  }

  #isRejected({ consumeType }: ConsumerData): boolean {
    return this.#deps.brokerConfig.rejectPullConsumerEnable && consumeType === 'CONSUME_ACTIVELY'
  }

  /**
   * True when the client shall name its subscriptions with the next heartbeat: the group's fingerprint has changed, or
   * it left them out while we do not know them, because we have been restarted (Apache leaves such a group without
   * subscriptions until they change).
   */
  #noteFingerprint(group: string, heartbeat: HeartbeatData): boolean {
    const { heartbeatFingerprint, withoutSub } = heartbeat
    const known = this.#fingerprints.get(group)
    this.#fingerprints.set(group, heartbeatFingerprint)
    if (known !== undefined) return known !== heartbeatFingerprint
    return withoutSub && this.#deps.consumerManager.getConsumerGroupInfo(group) === undefined
  }

  #registerConsumer(consumer: ConsumerData, client: ClientChannelInfo, withoutSub: boolean): void {
    const { topicConfigManager, subscriptionGroupManager, consumerManager } = this.#deps
    const { brokerStatsManager, clock } = this.#deps
    const { groupName: group, subscriptionDataSet } = consumer
    const groupConfig = subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (groupConfig === undefined) return
    const isOrder = subscriptionDataSet.some(({ topic }) => topicConfigManager.isOrderTopic(topic))
    topicConfigManager.createTopicInSendMessageBackMethod(
      getRetryTopic(group),
      groupConfig.retryQueueNums,
      PERM_READ_WRITE,
      consumer.unitMode ? buildTopicSysFlag(false, true) : 0,
      isOrder,
    )
    const beginMs = clock.now()
    consumerManager.registerConsumer({
      group,
      // Each group keeps its own time of the last heartbeat.
      client: { ...client },
      mode: consumer,
      subscriptions: withoutSub ? undefined : subscriptionDataSet,
      isNotifyConsumerIdsChangedEnable: groupConfig.notifyConsumerIdsChangedEnable,
    })
    brokerStatsManager.incConsumerRegisterTime(clock.now() - beginMs)
  }

  #unregisterClient(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { producerManager, consumerManager, subscriptionGroupManager } = this.#deps
    const header = UnregisterClientRequestHeader.decode(request.extFields)
    const { producerGroup, consumerGroup } = header
    if (producerGroup !== undefined) producerManager.unregisterProducer(producerGroup, channel)
    if (consumerGroup !== undefined) {
      const groupConfig = subscriptionGroupManager.findSubscriptionGroupConfig(consumerGroup)
      const isNotifyEnable = groupConfig?.notifyConsumerIdsChangedEnable ?? true
      consumerManager.unregisterConsumer(consumerGroup, channel, isNotifyEnable)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #checkClientConfig(request: RemotingCommand): RemotingCommand {
    if (request.body === undefined) return RemotingCommand.response(ResponseCode.SUCCESS)
    const { subscriptionData: subscription } = CheckClientRequestBody.decode(request.body)
    if (subscription !== undefined) this.#checkSubscription(subscription)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #checkSubscription({ expressionType, subString }: SubscriptionData): void {
    if (isTagType(expressionType)) return
    if (!this.#deps.brokerConfig.enablePropertyFilter) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `The broker does not support consumer to filter message by ${expressionType}`,
      )
    }
    try {
      checkExpression(expressionType, subString)
    } catch (error) {
      throw new RemotingError(ResponseCode.SUBSCRIPTION_PARSE_FAILED, toError(error).message)
    }
  }
}
