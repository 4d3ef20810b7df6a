import { ReplyMessageRequestHeader } from '../../../codec/header/reply-message.ts'
import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../codec/header/send-message.ts'
import type { Host } from '../../../codec/message/host.ts'
import { decodeProperties, encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { type ExtFields, RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { AppendResult, MessageStore } from '../../store/types.ts'
import type { Broker2Client } from '../client/broker2client.ts'
import type { ProducerManager } from '../client/producer-manager.ts'
import { messageTypeOf } from '../metrics/message-type.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { illegalMessage } from './send/put-status.ts'
import { checkServing, chooseQueue, commonAnswerFields } from './send/send-request.ts'
import { checkSendTopic } from './send/send-topic-check.ts'

export interface ReplyMessageProcessorDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerIP1'
    | 'brokerPermission'
    | 'regionId'
    | 'traceOn'
    | 'startAcceptSendRequestTimeStamp'
    | 'storeReplyMessageEnable'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'maxMessageSize'>
  readonly topicConfigManager: TopicConfigManager
  readonly producerManager: Pick<ProducerManager, 'findChannel'>
  readonly broker2Client: Broker2Client
  readonly messageStore: Pick<MessageStore, 'putMessage'>
  /** The address that messages sent over a connection carry as the store's. */
  readonly storeHost: (channel: Channel) => Host
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A reply on its way: what was sent and what the broker made of it. */
interface Reply {
  readonly header: SendMessageRequestHeader
  readonly body: Buffer
  readonly properties: Map<string, string>
  readonly bornHost: Host
  readonly storeHost: Host
}

/**
 * SEND_REPLY_MESSAGE and SEND_REPLY_MESSAGE_V2: hands a reply to the producer that waits for it, over the connection
 * that it keeps to this broker, and stores it for the record. The answer tells whether the producer took it.
 *
 * Apache: broker.processor.ReplyMessageProcessor
 */
export class ReplyMessageProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.SEND_REPLY_MESSAGE,
    RequestCode.SEND_REPLY_MESSAGE_V2,
  ]

  readonly #deps: ReplyMessageProcessorDeps

  constructor(deps: ReplyMessageProcessorDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const { brokerConfig, clock, random } = this.#deps
    const header = parseRequestHeader(request)
    const fields = commonAnswerFields(brokerConfig)
    try {
      checkServing(brokerConfig, clock)
      const topicConfig = checkSendTopic(this.#deps, header, channel)
      const queueId = chooseQueue(header.queueId, topicConfig, random)
      const reply = this.#newReply(header, request.body, channel)
      const refusal = await this.#push(reply)
      if (refusal === undefined) addPlace(fields, queueId)
      if (brokerConfig.storeReplyMessageEnable) {
        const appended = await this.#store(reply, queueId)
        if (appended !== undefined) addPlace(fields, queueId, appended)
      }
      const code = refusal === undefined ? ResponseCode.SUCCESS : ResponseCode.SYSTEM_ERROR
      return RemotingCommand.response(code, refusal, fields)
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error
      return RemotingCommand.response(error.code, error.message, fields)
    }
  }

  #newReply(header: SendMessageRequestHeader, body: Buffer | undefined, channel: Channel): Reply {
    const { brokerConfig, storeConfig, storeHost } = this.#deps
    if (body === undefined) throw illegalMessage(storeConfig.maxMessageSize)
    const properties = decodeProperties(header.properties ?? '')
    properties.set(MessageConst.PROPERTY_MSG_REGION, brokerConfig.regionId)
    properties.set(MessageConst.PROPERTY_TRACE_SWITCH, String(brokerConfig.traceOn))
    const bornHost = channel.remoteHost
    return { header, body, properties, bornHost, storeHost: storeHost(channel) }
  }

  /** Why the producer has not taken the reply; undefined when it has. */
  async #push(reply: Reply): Promise<string | undefined> {
    const { producerManager, broker2Client, logger } = this.#deps
    const name = MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT
    const senderId = reply.properties.get(name)
    if (senderId === undefined) return `reply message properties[${name}] is null`
    const channel = producerManager.findChannel(senderId)
    if (channel === undefined) {
      return `push reply message fail, channel of <${senderId}> not found.`
    }
    try {
      const { code, remark } = await broker2Client.callClient(channel, this.#pushRequest(reply))
      if (code === ResponseCode.SUCCESS) return undefined
      logger.warn({ senderId, code, remark }, 'the producer has refused a reply')
    } catch (error) {
      logger.warn({ senderId, error: toError(error).message }, 'the producer has taken no reply')
    }
    return `push reply message to ${senderId}fail.`
  }

  #pushRequest({ header, body, properties, bornHost, storeHost }: Reply): RemotingCommand {
    const nowMs = this.#deps.clock.now()
    const pushed = new Map(properties)
    pushed.set(MessageConst.PROPERTY_PUSH_REPLY_TIME, String(nowMs))
    const fields = ReplyMessageRequestHeader.encode({
      producerGroup: header.producerGroup,
      topic: header.topic,
      defaultTopic: header.defaultTopic,
      defaultTopicQueueNums: header.defaultTopicQueueNums,
      queueId: header.queueId,
      sysFlag: header.sysFlag,
      bornTimestamp: header.bornTimestamp,
      flag: header.flag,
      properties: encodeProperties(pushed),
      reconsumeTimes: header.reconsumeTimes,
      unitMode: header.unitMode,
      bornHost: bornHost.toString(),
      storeHost: storeHost.toString(),
      storeTimestamp: nowMs,
    })
    return RemotingCommand.request(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, fields, body)
  }

  /** Where the reply stands; undefined when the store has refused it, which the replier is not told. */
  async #store(reply: Reply, queueId: number): Promise<AppendResult | undefined> {
    const { header, body, properties, bornHost, storeHost } = reply
    const message = {
      topic: header.topic,
      queueId,
      flag: header.flag,
      sysFlag: 0,
      body,
      properties: encodeProperties(properties),
      bornTimestamp: header.bornTimestamp,
      bornHost,
      storeHost,
      reconsumeTimes: header.reconsumeTimes ?? 0,
      preparedTransactionOffset: 0,
    }
    const { puts, messages } = this.#deps.brokerStatsManager
    const type = messageTypeOf(properties)
    return new Promise((resolve) => {
      this.#deps.messageStore.putMessage(message, ({ status, reason, appended }) => {
        if (appended === undefined) this.#deps.logger.warn({ status, reason }, 'reply not stored')
        else {
          puts.incTopicPut(header.topic, appended.messageCount, appended.size)
          messages.incMessagesIn(header.topic, type, appended.messageCount, appended.size)
        }
        resolve(appended)
      })
    })
  }
}

function parseRequestHeader(request: RemotingCommand): SendMessageRequestHeader {
  return request.code === RequestCode.SEND_REPLY_MESSAGE
    ? SendMessageRequestHeader.decode(request.extFields)
    : SendMessageRequestHeaderV2.decode(request.extFields)
}

/** A reply that is not stored has a place too, because clients cannot read an answer without one. */
function addPlace(fields: ExtFields, queueId: number, appended?: AppendResult): void {
  fields['msgId'] = appended?.offsetMsgId ?? '0'
  fields['queueId'] = String(queueId)
  fields['queueOffset'] = String(appended?.queueOffset ?? 0)
}
