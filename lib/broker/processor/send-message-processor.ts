import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../codec/header/send-message.ts'
import type { Host } from '../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { hasFlag, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore, PutMessageCallback } from '../../store/types.ts'
import { getDelayTimeLevel } from '../schedule/delay-transform.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import { cqTypeOf } from '../topic/topic-config.ts'
import { isRetryTopic } from '../topic/topic-names.ts'
import type { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager.ts'
import type { TransactionalMessageService } from '../transaction/transactional-message-service.ts'
import { toInnerBatch } from './send/inner-batch.ts'
import { illegalMessage } from './send/put-status.ts'
import { deadLetterTopicOfSend, type RetryOrDeadLetterDeps } from './send/retry-or-dead-letter.ts'
import { checkServing, chooseQueue, commonAnswerFields } from './send/send-request.ts'
import { checkSendTopic } from './send/send-topic-check.ts'
import { SendResults, type SendResultsDeps } from './send/send-results.ts'
import {
  checkKeys,
  isTransactional,
  newSentMessage,
  redirectToDeadLetters,
  type Send,
} from './send/sent-message.ts'
import { type SentProperties, SentPropertiesBuilder } from './send/sent-properties.ts'
import { toStaticSend } from './statictopic/static-send.ts'

export interface SendMessageProcessorDeps extends RetryOrDeadLetterDeps, SendResultsDeps {
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
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'> & SendResultsDeps['storeConfig']
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly messageStore: MessageStore
  readonly scheduleHook: ScheduleHook
  readonly transactions: Pick<TransactionalMessageService, 'asyncPrepareMessage'>
  /** The address that messages sent over a connection carry as the store's. */
  readonly storeHost: (channel: Channel) => Host
  readonly createUniqKey: () => string
  /** At least 0, less than 1. */
  readonly random: () => number
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
  readonly #results: SendResults

  constructor(deps: SendMessageProcessorDeps) {
    this.#deps = deps
    this.#properties = new SentPropertiesBuilder(deps.brokerConfig)
    this.#results = new SendResults(deps)
  }

  rejectRequest(): boolean {
    const { brokerConfig, storeConfig, messageStore } = this.#deps
    if (storeConfig.brokerRole === 'SLAVE' && !brokerConfig.enableSlaveActingMaster) return true
    return messageStore.isOsPageCacheBusy()
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand | undefined {
    const asked = parseRequestHeader(request)
    const { brokerConfig, clock, random, topicQueueMappingManager } = this.#deps
    const mapping = topicQueueMappingManager.buildTopicQueueMappingContext(asked, true)
    const header = mapping === undefined ? asked : toStaticSend(mapping, asked)
    try {
      checkServing(brokerConfig, clock)
      const topicConfig = checkSendTopic(this.#deps, header, channel)
      const queueId = chooseQueue(header.queueId, topicConfig, random)
      const send = { request, channel, header, topicConfig, queueId, mapping }
      if (header.batch === true) this.#sendBatchMessage(send)
      else this.#sendMessage(send)
      return undefined
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error
      return RemotingCommand.response(error.code, error.message, commonAnswerFields(brokerConfig))
    }
  }

  #sendMessage(send: Send): void {
    const { request, channel, header, topicConfig } = send
    const deadLetterTopic = isRetryTopic(header.topic)
      ? deadLetterTopicOfSend(this.#deps, header, request.version)
      : undefined
    if (deadLetterTopic !== undefined) {
      this.#deps.brokerStatsManager.messages.incSendToDlq(header.producerGroup, header.topic)
    }
    const { createUniqKey, messageStore } = this.#deps
    const sent = this.#properties.build(header.properties ?? '', createUniqKey, header.topic)
    const message = this.#newMessage(send, sent)
    checkKeys(topicConfig, sent)
    if (deadLetterTopic !== undefined) redirectToDeadLetters(message, sent, deadLetterTopic)
    const done = this.#results.callbackOf(send, message, sent)
    if (sent.all === undefined) messageStore.putMessage(message, done)
    else this.#putObeying(message, sent.all, channel, done)
  }

  #sendBatchMessage(send: Send): void {
    const { header, topicConfig } = send
    const { messageStore, scheduleHook } = this.#deps
    if (isRetryTopic(header.topic)) {
      const remark = `batch request does not support retry group ${header.topic}`
      throw new RemotingError(ResponseCode.MESSAGE_ILLEGAL, remark)
    }
    const sent = this.#properties.build(header.properties ?? '', undefined)
    if (sent.all !== undefined && getDelayTimeLevel(sent.all) > 0) throw this.#illegal()
    const batch = this.#newMessage(send, sent)
    if (cqTypeOf(topicConfig) === 'BatchCQ' && sent.uniqKey !== undefined) {
      this.#putInnerBatch(send, batch, sent)
      return
    }
    if (sent.all?.has(MessageConst.PROPERTY_INNER_NUM) === true) throw this.#illegal()
    const done = this.#results.callbackOfBatch(send, batch, sent)
    if (sent.all === undefined) messageStore.putMessages(batch, done)
    else scheduleHook.putMessages(batch, done, sent.all)
  }

  /** The producer learns by the batch's unique key that the batch is kept as one. */
  #putInnerBatch(send: Send, batch: MessageExtBrokerInner, sent: SentProperties): void {
    const inner = toInnerBatch(batch)
    const done = this.#results.callbackOf(send, inner, { ...sent, batchUniqId: sent.uniqKey })
    this.#deps.messageStore.putMessage(inner, done)
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
    if (all.has(MessageConst.PROPERTY_INNER_NUM) && !isInnerBatch) throw this.#illegal()
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

  #newMessage(send: Send, sent: SentProperties): MessageExtBrokerInner {
    const { storeConfig, storeHost } = this.#deps
    return newSentMessage(send, sent, storeHost(send.channel), storeConfig.maxMessageSize)
  }

  #illegal(): RemotingError {
    return illegalMessage(this.#deps.storeConfig.maxMessageSize)
  }
}

function parseRequestHeader(request: RemotingCommand): SendMessageRequestHeader {
  return request.code === RequestCode.SEND_MESSAGE
    ? SendMessageRequestHeader.decode(request.extFields)
    : SendMessageRequestHeaderV2.decode(request.extFields)
}
