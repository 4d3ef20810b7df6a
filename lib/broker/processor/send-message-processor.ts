import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../codec/header/send-message.ts'
import type { Host } from '../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import {
  appendProperty,
  findProperty,
  encodeProperties,
} from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { hasFlag, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type {
  AppendResult,
  MessageStore,
  PutMessageCallback,
  PutMessageResult,
} from '../../store/types.ts'
import { getDelayTimeLevel } from '../schedule/delay-transform.ts'
import {
  messageTypeOf,
  messageTypeOfOrdinary,
  type MetricsMessageType,
} from '../metrics/message-type.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import { cqTypeOf, type TopicConfig } from '../topic/topic-config.ts'
import { isRetryTopic } from '../topic/topic-names.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { computeStaticQueueOffsetLoosely } from '../topic/logic-queue-mapping.ts'
import type {
  TopicQueueMappingContext,
  TopicQueueMappingManager,
} from '../topic/topic-queue-mapping-manager.ts'
import type { TransactionalMessageService } from '../transaction/transactional-message-service.ts'
import { toInnerBatch } from './send/inner-batch.ts'
import { illegalMessageRemark, PUT_STATUS_CODE, putRemark } from './send/put-status.ts'
import { deadLetterTopicOfSend, type RetryOrDeadLetterDeps } from './send/retry-or-dead-letter.ts'
import { checkServing, chooseQueue, commonAnswerFields } from './send/send-request.ts'
import { checkSendTopic } from './send/send-topic-check.ts'
import type { TimerRemarkFacts } from './send/timer-remark.ts'
import { recallHandleOf } from './send/recall-handle.ts'
import { type SentProperties, SentPropertiesBuilder } from './send/sent-properties.ts'

export interface SendMessageProcessorDeps extends RetryOrDeadLetterDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerIP1'
    | 'brokerPermission'
    | 'brokerName'
    | 'brokerClusterName'
    | 'regionId'
    | 'traceOn'
    | 'startAcceptSendRequestTimeStamp'
    | 'enableSlaveActingMaster'
    | 'rejectTransactionMessage'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'maxMessageSize' | 'brokerRole'> & TimerRemarkFacts
  readonly clock: Clock
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly messageStore: MessageStore
  readonly scheduleHook: ScheduleHook
  readonly transactions: Pick<TransactionalMessageService, 'asyncPrepareMessage'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
  /** The address that messages sent over a connection carry as the store's. */
  readonly storeHost: (channel: Channel) => Host
  readonly createUniqKey: () => string
  /** At least 0, less than 1. */
  readonly random: () => number
  /** How full the disks are, for remarks. */
  readonly diskUtil: () => string
}

/** A message or a batch on its way into the store. */
interface Send {
  readonly request: RemotingCommand
  readonly channel: Channel
  /** Of a static topic it names the queue, not the logical one. */
  readonly header: SendMessageRequestHeader
  readonly topicConfig: TopicConfig
  /** Set for a static topic. */
  readonly mapping: TopicQueueMappingContext | undefined
}

/**
 * SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE: checks, completes and stores messages, and answers once the
 * store says that they are as safe as the configuration asks.
 *
 * Apache: broker.processor.SendMessageProcessor
 */
export class SendMessageProcessor implements RequestProcessor {
  readonly #deps: SendMessageProcessorDeps
  readonly #properties: SentPropertiesBuilder

  constructor(deps: SendMessageProcessorDeps) {
    this.#deps = deps
    this.#properties = new SentPropertiesBuilder(deps.brokerConfig)
  }

  rejectRequest(): boolean {
    const { brokerConfig, storeConfig, messageStore } = this.#deps
    if (storeConfig.brokerRole === 'SLAVE' && !brokerConfig.enableSlaveActingMaster) return true
    return messageStore.isOsPageCacheBusy()
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand | undefined {
    const asked = parseRequestHeader(request)
    const mapping = this.#deps.topicQueueMappingManager.buildTopicQueueMappingContext(asked, true)
    const header = mapping ? { ...asked, queueId: mapping.leaderItem.queueId } : asked
    try {
      checkServing(this.#deps.brokerConfig, this.#deps.clock)
      const topicConfig = checkSendTopic(this.#deps, header, channel)
      const send = { request, channel, header, topicConfig, mapping }
      if (header.batch === true) this.#sendBatchMessage(send)
      else this.#sendMessage(send)
      return undefined
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error
      return RemotingCommand.response(
        error.code,
        error.message,
        commonAnswerFields(this.#deps.brokerConfig),
      )
    }
  }

  #sendMessage(send: Send): void {
    const { request, channel, header, topicConfig } = send
    const queueId = chooseQueue(header.queueId, topicConfig, this.#deps.random)
    const deadLetterTopic = isRetryTopic(header.topic)
      ? deadLetterTopicOfSend(this.#deps, header, request.version)
      : undefined
    if (deadLetterTopic !== undefined) {
      this.#deps.brokerStatsManager.messages.incSendToDlq(header.producerGroup, header.topic)
    }
    const sent = this.#properties.build(
      header.properties ?? '',
      this.#deps.createUniqKey,
      header.topic,
    )
    const message = this.#buildInner(send)
    message.queueId = queueId
    message.properties = sent.text
    if (topicConfig.attributes.get('cleanup.policy') === 'COMPACTION') requireKeys(sent)
    if (deadLetterTopic !== undefined) redirectToDeadLetters(message, sent, deadLetterTopic)
    const beginMs = this.#deps.clock.now()
    const type = metricsTypeOf(sent)
    const done: PutMessageCallback = (result) => {
      if (result.appended !== undefined) {
        this.#count(message, queueId, type, result.appended, beginMs)
      }
      this.#answer(send, queueId, sent, result)
    }
    if (sent.all === undefined) this.#deps.messageStore.putMessage(message, done)
    else this.#putObeying(message, sent.all, channel, done)
  }

  #sendBatchMessage(send: Send): void {
    const { request, channel, header, topicConfig } = send
    const queueId = chooseQueue(header.queueId, topicConfig, this.#deps.random)
    if (isRetryTopic(header.topic)) {
      const remark = `batch request does not support retry group ${header.topic}`
      throw new RemotingError(ResponseCode.MESSAGE_ILLEGAL, remark)
    }
    const sent = this.#properties.build(header.properties ?? '', undefined)
    if (sent.all !== undefined && getDelayTimeLevel(sent.all) > 0) this.#refuseIllegal()
    const batch = this.#buildInner(send)
    batch.queueId = queueId
    batch.properties = sent.text
    if (cqTypeOf(topicConfig) === 'BatchCQ' && sent.uniqKey !== undefined) {
      this.#putInnerBatch(send, batch, sent)
      return
    }
    if (sent.all?.has(MessageConst.PROPERTY_INNER_NUM) === true) this.#refuseIllegal()
    const beginMs = this.#deps.clock.now()
    const type = metricsTypeOf(sent)
    const done: PutMessageCallback = (result) => {
      if (result.appended !== undefined) this.#count(batch, queueId, type, result.appended, beginMs)
      if (isIllegal(result)) this.#refuseBatch(request, channel, result)
      else this.#answer(send, queueId, sent, result)
    }
    if (sent.all === undefined) this.#deps.messageStore.putMessages(batch, done)
    else this.#deps.scheduleHook.putMessages(batch, done, sent.all)
  }

  /** The producer learns by the batch's unique key that the batch is kept as one. */
  #putInnerBatch(send: Send, batch: MessageExtBrokerInner, sent: SentProperties): void {
    const beginMs = this.#deps.clock.now()
    const { queueId } = batch
    const inner = toInnerBatch(batch)
    const type = metricsTypeOf(sent)
    this.#deps.messageStore.putMessage(inner, (result) => {
      if (result.appended !== undefined) this.#count(inner, queueId, type, result.appended, beginMs)
      this.#answer(send, queueId, { ...sent, batchUniqId: sent.uniqKey }, result)
    })
  }

  /** As Apache, whose encoder of batches throws: a system error, without the fields of other answers. */
  #refuseBatch(
    request: RemotingCommand,
    channel: Channel,
    { status, reason = status }: PutMessageResult,
  ): void {
    channel.respond(request, RemotingCommand.response(ResponseCode.SYSTEM_ERROR, reason))
  }

  /** A message under the topic it was sent to; queue and properties are still those of the request. */
  #buildInner({ request, channel, header, topicConfig }: Send): MessageExtBrokerInner {
    const isMultiTag = topicConfig.topicFilterType === 'MULTI_TAG'
    const isInnerBatch = hasFlag(header.sysFlag, MessageSysFlag.INNER_BATCH_FLAG)
    const isRefused = isInnerBatch && cqTypeOf(topicConfig) !== 'BatchCQ'
    if (request.body === undefined || isRefused) this.#refuseIllegal()
    return {
      topic: header.topic,
      queueId: header.queueId,
      flag: header.flag,
      sysFlag: isMultiTag ? header.sysFlag | MessageSysFlag.MULTI_TAGS_FLAG : header.sysFlag,
      body: request.body,
      properties: header.properties ?? '',
      bornTimestamp: header.bornTimestamp,
      bornHost: channel.remoteHost,
      storeHost: this.#deps.storeHost(channel),
      reconsumeTimes: header.reconsumeTimes ?? 0,
      preparedTransactionOffset: 0,
    }
  }

  /** For messages with properties that ask for a transaction or a delay, or that are not a client's to set. */
  #putObeying(
    message: MessageExtBrokerInner,
    all: Map<string, string>,
    channel: Channel,
    done: PutMessageCallback,
  ): void {
    const { transactions, scheduleHook } = this.#deps
    const isHalf = isTransactional(message, all)
    if (isHalf) this.#checkTransactionsAllowed(channel)
    const isInnerBatch = hasFlag(message.sysFlag, MessageSysFlag.INNER_BATCH_FLAG)
    if (all.has(MessageConst.PROPERTY_INNER_NUM) && !isInnerBatch) this.#refuseIllegal()
    if (isHalf) transactions.asyncPrepareMessage(message, all, done)
    else scheduleHook.putMessage(message, done, all)
  }

  #checkTransactionsAllowed(channel: Channel): void {
    const { rejectTransactionMessage, brokerIP1 } = this.#deps.brokerConfig
    if (!rejectTransactionMessage) return
    const brokerIp = brokerIP1 ?? channel.localHost.address
    const remark = `the broker[${brokerIp}] sending transaction message is forbidden`
    throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
  }

  #refuseIllegal(): never {
    const remark = illegalMessageRemark(this.#deps.storeConfig.maxMessageSize)
    throw new RemotingError(ResponseCode.MESSAGE_ILLEGAL, remark)
  }

  #answer(
    { request, channel, mapping }: Send,
    queueId: number,
    sent: SentProperties,
    { status, appended }: PutMessageResult,
  ): void {
    if (request.isOneway) return
    const fields = commonAnswerFields(this.#deps.brokerConfig)
    if (sent.batchUniqId !== undefined) fields['batchUniqId'] = sent.batchUniqId
    if (appended !== undefined) {
      fields['msgId'] = appended.offsetMsgId
      fields['queueId'] = String(mapping?.globalId ?? queueId)
      fields['queueOffset'] = String(answeredOffset(mapping, appended))
      if (sent.uniqKey !== undefined) fields['transactionId'] = sent.uniqKey
      const isBatch = request.code === RequestCode.SEND_BATCH_MESSAGE
      const recallHandle = isBatch
        ? undefined
        : recallHandleOf(sent, this.#deps.brokerConfig.brokerName)
      if (recallHandle !== undefined) fields['recallHandle'] = recallHandle
    }
    const remark = appended === undefined ? putRemark(status, this.#remarkFacts()) : undefined
    channel.respond(request, RemotingCommand.response(PUT_STATUS_CODE[status], remark, fields))
  }

  /** Under the topic that the message lies in: a delayed one or a half message in the broker's own. */
  #count(
    message: MessageExtBrokerInner,
    sentToQueueId: number,
    type: MetricsMessageType,
    { messageCount, size }: AppendResult,
    beginMs: number,
  ): void {
    const { clock, brokerStatsManager } = this.#deps
    const { puts, messages } = brokerStatsManager
    const { queueId } = message
    const topic = storedTopic(message, type)
    messages.incMessagesIn(topic, type, messageCount, size)
    puts.incTopicPut(topic, messageCount, size)
    puts.incTopicPutLatency(topic, sentToQueueId, clock.now() - beginMs)
    if (topic === SystemTopic.RMQ_SYS_SCHEDULE_TOPIC) {
      puts.incQueuePut(topic, queueId, messageCount, size)
    }
  }

  #remarkFacts() {
    const { storeConfig, diskUtil } = this.#deps
    return { storeConfig, diskUtil }
  }
}

/** -1 while a queue of a static topic is moving here. */
function answeredOffset(
  mapping: TopicQueueMappingContext | undefined,
  { queueOffset }: AppendResult,
): number {
  if (mapping === undefined) return queueOffset
  return computeStaticQueueOffsetLoosely(mapping.leaderItem, queueOffset)
}

function parseRequestHeader(request: RemotingCommand): SendMessageRequestHeader {
  return request.code === RequestCode.SEND_MESSAGE
    ? SendMessageRequestHeader.decode(request.extFields)
    : SendMessageRequestHeaderV2.decode(request.extFields)
}

/** A half message is stored as a copy; one that is delayed is none. */
function storedTopic({ topic }: MessageExtBrokerInner, type: MetricsMessageType): string {
  const isHalf = type === 'transaction' && topic !== SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
  return isHalf ? SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC : topic
}

function metricsTypeOf({ all, text }: SentProperties): MetricsMessageType {
  return all === undefined ? messageTypeOfOrdinary(text) : messageTypeOf(all)
}

function isIllegal({ status }: PutMessageResult): boolean {
  return status === 'MESSAGE_ILLEGAL' || status === 'PROPERTIES_SIZE_EXCEEDED'
}

function requireKeys({ text }: SentProperties): void {
  const keys = findProperty(text, MessageConst.PROPERTY_KEYS)
  if (keys !== undefined && keys.trim() !== '') return
  throw new RemotingError(ResponseCode.MESSAGE_ILLEGAL, 'Required message key is missing')
}

/** The message keeps no delay: DELAY=-1, as Apache stores it. */
function redirectToDeadLetters(
  message: MessageExtBrokerInner,
  sent: SentProperties,
  topic: string,
): void {
  const name = MessageConst.PROPERTY_DELAY_TIME_LEVEL
  message.topic = topic
  message.queueId = 0
  if (sent.all === undefined) {
    message.properties = appendProperty(sent.text, name, '-1')
    return
  }
  sent.all.set(name, '-1')
  message.properties = encodeProperties(sent.all)
}

/** Retried messages of clients before 4.6.1 carry the flag without being transactional. */
function isTransactional(message: MessageExtBrokerInner, all: Map<string, string>): boolean {
  const flag = all.get(MessageConst.PROPERTY_TRANSACTION_PREPARED)
  if (flag?.toLowerCase() !== 'true') return false
  return !(message.reconsumeTimes > 0 && getDelayTimeLevel(all) > 0)
}
