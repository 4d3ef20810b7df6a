import { ConsumerSendMsgBackRequestHeader } from '../../../codec/header/consumer-send-msg-back.ts'
import type { Host } from '../../../codec/message/host.ts'
import { createOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { decodeProperties, encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Logger } from '../../common/logger.ts'
import { isWriteable, PERM_READ_WRITE } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { AppendResult, MessageStore, PutMessageResult } from '../../store/types.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupConfig } from '../subscription/subscription-group-config.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import { buildTopicSysFlag } from '../topic/topic-config.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { getRetryTopic } from '../topic/topic-names.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import {
  createDeadLetterTopic,
  maxReconsumeTimesOf,
  requireGroup,
} from './send/retry-or-dead-letter.ts'
import { sendingForbidden } from './send/send-topic-check.ts'

export interface ConsumerSendMsgBackDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerIP1' | 'brokerPermission'>
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly scheduleHook: ScheduleHook
  readonly storeHost: (channel: Channel) => Host
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
  readonly logger: Logger
}

/** The delay level of a first retry; each further one is a level higher. */
const FIRST_RETRY_LEVEL = 3

/**
 * CONSUMER_SEND_MSG_BACK: a message that could not be consumed comes again later through the group's retry topic; after
 * too many attempts it goes to the group's dead letters.
 *
 * Apache: broker.processor.AbstractSendMessageProcessor#consumerSendMsgBack
 */
export class ConsumerSendMsgBackProcessor implements RequestProcessor {
  readonly #deps: ConsumerSendMsgBackDeps

  constructor(deps: ConsumerSendMsgBackDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const header = ConsumerSendMsgBackRequestHeader.decode(request.extFields)
    this.#checkRole(channel)
    const config = requireGroup(this.#deps.subscriptionGroupManager, header.group)
    this.#checkPermission(channel)
    if (config.retryQueueNums <= 0) return RemotingCommand.response(ResponseCode.SUCCESS)
    const retryTopic = this.#requireRetryTopic(header, config)
    const failed = await this.#deps.messageStore.lookMessageByOffset(header.offset)
    if (failed === undefined) {
      const remark = `look message by offset failed, ${header.offset}`
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const maxReconsumeTimes = maxReconsumeTimesOf(config, header.maxReconsumeTimes, request.version)
    const isDeadLetter = failed.reconsumeTimes >= maxReconsumeTimes || header.delayLevel < 0
    const properties = retryProperties(failed, isDeadLetter ? 0 : retryLevel(header, failed))
    const message = this.#buildInner(failed, properties, channel)
    if (isDeadLetter) {
      message.topic = createDeadLetterTopic(this.#deps.topicConfigManager, header.group)
    } else {
      message.topic = retryTopic
      message.queueId = Math.floor(this.#deps.random() * config.retryQueueNums)
    }
    const result = await this.#put(message, properties)
    if (isDeadLetter) this.#logDeadLetter(header, failed, result)
    if (result.status !== 'PUT_OK') {
      return RemotingCommand.response(ResponseCode.SYSTEM_ERROR, result.status)
    }
    const origin = properties.get(MessageConst.PROPERTY_RETRY_TOPIC) ?? failed.topic
    this.#count(request, header, origin, isDeadLetter)
    if (result.appended !== undefined) this.#countDelayed(message, result.appended)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #count(
    { extFields }: RemotingCommand,
    { group, originTopic }: ConsumerSendMsgBackRequestHeader,
    backTopic: string,
    isDeadLetter: boolean,
  ): void {
    const { puts, messages } = this.#deps.brokerStatsManager
    puts.incSendBackNums(group, backTopic)
    const owner = extFields?.['Owner']
    if (!isDeadLetter) return
    puts.incSendBackToDeadLetters(owner, group, originTopic ?? 'null')
    messages.incSendToDlq(group, originTopic ?? 'null')
  }

  /** What waits for its retry; dead letters are not counted as puts, as in Apache. */
  #countDelayed(
    { topic, queueId }: MessageExtBrokerInner,
    { messageCount, size }: AppendResult,
  ): void {
    if (topic !== SystemTopic.RMQ_SYS_SCHEDULE_TOPIC) return
    const { puts } = this.#deps.brokerStatsManager
    puts.incTopicPutWithinBroker(topic, messageCount, size)
    puts.incQueuePut(topic, queueId, messageCount, size)
  }

  /** The client of a consumer that reads from a slave sends the message to the retry topic by itself then. */
  #checkRole(channel: Channel): void {
    const { storeConfig, brokerConfig } = this.#deps
    if (storeConfig.brokerRole !== 'SLAVE') return
    const ip = brokerConfig.brokerIP1 ?? channel.localHost.address
    const remark = `no master available along with ${ip}`
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
  }

  #checkPermission(channel: Channel): void {
    const { brokerPermission, brokerIP1 } = this.#deps.brokerConfig
    if (isWriteable(brokerPermission)) return
    throw sendingForbidden(brokerIP1 ?? channel.localHost.address)
  }

  #requireRetryTopic(
    { group, unitMode }: ConsumerSendMsgBackRequestHeader,
    { retryQueueNums }: SubscriptionGroupConfig,
  ): string {
    const topic = getRetryTopic(group)
    const { perm } = this.#deps.topicConfigManager.createTopicInSendMessageBackMethod(
      topic,
      retryQueueNums,
      PERM_READ_WRITE,
      unitMode === true ? buildTopicSysFlag(false, true) : 0,
    )
    if (isWriteable(perm)) return topic
    const remark = `the topic[${topic}] sending message is forbidden`
    throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
  }

  /** The message once more; its topic and queue are set by the caller, queue 0 being that of the dead letters. */
  #buildInner(
    failed: MessageExt,
    properties: ReadonlyMap<string, string>,
    channel: Channel,
  ): MessageExtBrokerInner {
    return {
      topic: failed.topic,
      queueId: 0,
      flag: failed.flag,
      sysFlag: failed.sysFlag,
      body: failed.body,
      properties: encodeProperties(properties),
      bornTimestamp: failed.bornTimestamp,
      bornHost: failed.bornHost,
      storeHost: this.#deps.storeHost(channel),
      reconsumeTimes: failed.reconsumeTimes + 1,
      preparedTransactionOffset: 0,
    }
  }

  #put(message: MessageExtBrokerInner, properties: Map<string, string>): Promise<PutMessageResult> {
    return new Promise((resolve) => {
      this.#deps.scheduleHook.putMessage(message, resolve, properties)
    })
  }

  #logDeadLetter(
    { group, originTopic }: ConsumerSendMsgBackRequestHeader,
    { commitLogOffset }: MessageExt,
    { status }: PutMessageResult,
  ): void {
    const fields = { group, originTopic, commitLogOffset, status }
    this.#deps.logger.info(fields, 'message sent to the dead letters')
  }
}

/** The client may name the level; otherwise it grows with each attempt. */
function retryLevel(
  { delayLevel }: ConsumerSendMsgBackRequestHeader,
  { reconsumeTimes }: MessageExt,
): number {
  return delayLevel === 0 ? FIRST_RETRY_LEVEL + reconsumeTimes : delayLevel
}

function retryProperties(failed: MessageExt, delayLevel: number): Map<string, string> {
  const properties = decodeProperties(failed.properties)
  if (!properties.has(MessageConst.PROPERTY_RETRY_TOPIC)) {
    properties.set(MessageConst.PROPERTY_RETRY_TOPIC, failed.topic)
  }
  properties.set(MessageConst.PROPERTY_WAIT_STORE_MSG_OK, 'false')
  properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, String(delayLevel))
  const origin = properties.get(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID)
  if (origin === undefined || origin.trim() === '') {
    const msgId = createOffsetMsgId(failed.storeHost, failed.commitLogOffset)
    properties.set(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID, msgId)
  }
  return properties
}
