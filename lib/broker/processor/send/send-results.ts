import type { MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Clock } from '../../../common/clock.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { AppendResult, PutMessageCallback, PutMessageResult } from '../../../store/types.ts'
import {
  messageTypeOf,
  messageTypeOfOrdinary,
  type MetricsMessageType,
} from '../../metrics/message-type.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { SystemTopic } from '../../topic/topic-validator.ts'
import { logicalOffsetOf } from '../statictopic/static-send.ts'
import { PUT_STATUS_CODE, type PutRemarkFacts, putRemark } from './put-status.ts'
import { recallHandleOf } from './recall-handle.ts'
import { commonAnswerFields } from './send-request.ts'
import type { Send } from './sent-message.ts'
import type { SentProperties } from './sent-properties.ts'

export interface SendResultsDeps extends PutRemarkFacts {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName' | 'regionId' | 'traceOn'>
  readonly clock: Clock
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
}

/**
 * What follows when the store has answered: the messages are counted, the producer gets its answer.
 *
 * Apache: broker.processor.SendMessageProcessor#handlePutMessageResult
 */
export class SendResults {
  readonly #deps: SendResultsDeps

  constructor(deps: SendResultsDeps) {
    this.#deps = deps
  }

  /** What the store is to call for a message. To be made at once before the message is put, which is when its latency begins. */
  callbackOf(send: Send, message: MessageExtBrokerInner, sent: SentProperties): PutMessageCallback {
    const beginMs = this.#deps.clock.now()
    const type = metricsTypeOf(sent)
    return (result) => {
      if (result.appended !== undefined) {
        this.#count(message, send.queueId, type, result.appended, beginMs)
      }
      this.#answer(send, sent, result)
    }
  }

  /** The same for a batch that is kept as messages of their own. */
  callbackOfBatch(
    send: Send,
    batch: MessageExtBrokerInner,
    sent: SentProperties,
  ): PutMessageCallback {
    const done = this.callbackOf(send, batch, sent)
    return (result) => {
      if (isIllegal(result)) this.#refuseBatch(send, result)
      else done(result)
    }
  }

  /** As Apache, whose encoder of batches throws: a system error, without the fields of other answers. */
  #refuseBatch({ request, channel }: Send, { status, reason = status }: PutMessageResult): void {
    channel.respond(request, RemotingCommand.response(ResponseCode.SYSTEM_ERROR, reason))
  }

  #answer(
    { request, channel, queueId, mapping }: Send,
    sent: SentProperties,
    { status, appended }: PutMessageResult,
  ): void {
    if (request.isOneway) return
    const { brokerConfig } = this.#deps
    const fields = commonAnswerFields(brokerConfig)
    if (sent.batchUniqId !== undefined) fields['batchUniqId'] = sent.batchUniqId
    if (appended !== undefined) {
      const { offsetMsgId, queueOffset } = appended
      fields['msgId'] = offsetMsgId
      fields['queueId'] = String(mapping?.globalId ?? queueId)
      fields['queueOffset'] = String(mapping ? logicalOffsetOf(mapping, queueOffset) : queueOffset)
      if (sent.uniqKey !== undefined) fields['transactionId'] = sent.uniqKey
      const isBatch = request.code === RequestCode.SEND_BATCH_MESSAGE
      const recallHandle = isBatch ? undefined : recallHandleOf(sent, brokerConfig.brokerName)
      if (recallHandle !== undefined) fields['recallHandle'] = recallHandle
    }
    const remark = appended === undefined ? putRemark(status, this.#deps) : undefined
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
