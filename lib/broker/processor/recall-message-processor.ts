import {
  RecallMessageRequestHeader,
  RecallMessageResponseHeader,
} from '../../../codec/header/recall-message.ts'
import type { Host } from '../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import {
  decodeRecallHandle,
  type RecallMessageHandle,
} from '../../../codec/message/recall-message-handle.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import { buildDeleteKey } from '../../store/timer/timer-message-store.ts'
import type { PutMessageResult } from '../../store/types.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'

export interface RecallMessageProcessorDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerName'
    | 'brokerPermission'
    | 'regionId'
    | 'recallMessageEnable'
    | 'allowRecallWhenBrokerNotWriteable'
    | 'startAcceptSendRequestTimeStamp'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'timerMaxDelaySec'>
  readonly topicConfigManager: TopicConfigManager
  readonly scheduleHook: ScheduleHook
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
  /** The address that messages sent over a connection carry as the store's. */
  readonly storeHost: (channel: Channel) => Host
  readonly clock: Clock
}

const RECALL_MESSAGE_TAG = '_RECALL_TAG_'
/** With which Apache's answers to this code begin, and which stays when all goes well. */
const SUCCESS_REMARK = 'not set any response code'
const NOT_AVAILABLE = 'recall failed, broker service not available'

/**
 * RECALL_MESSAGE: a timer message shall not be delivered. An order to drop it is stored as another timer message, which
 * comes into the same slot.
 *
 * Apache: broker.processor.RecallMessageProcessor
 */
export class RecallMessageProcessor implements RequestProcessor {
  readonly #deps: RecallMessageProcessorDeps

  constructor(deps: RecallMessageProcessorDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const fields = { MSG_REGION: this.#deps.brokerConfig.regionId }
    try {
      const header = RecallMessageRequestHeader.decode(request.extFields)
      this.#checkServing()
      const handle = this.#checkedHandle(header)
      const { appended } = await this.#put(this.#buildMessage(header, handle, channel))
      if (appended === undefined) {
        throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'recall failed, execute error')
      }
      const answer = RecallMessageResponseHeader.encode({ msgId: handle.messageId })
      return RemotingCommand.response(ResponseCode.SUCCESS, SUCCESS_REMARK, {
        ...fields,
        ...answer,
      })
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error
      return RemotingCommand.response(error.code, error.message, fields)
    }
  }

  #checkServing(): void {
    const { brokerConfig, storeConfig, clock } = this.#deps
    if (!brokerConfig.recallMessageEnable) {
      throw new RemotingError(ResponseCode.NO_PERMISSION, 'recall failed, operation is forbidden')
    }
    if (storeConfig.brokerRole === 'SLAVE') {
      throw new RemotingError(ResponseCode.SLAVE_NOT_AVAILABLE, NOT_AVAILABLE)
    }
    const isReadOnly =
      !isWriteable(brokerConfig.brokerPermission) && !brokerConfig.allowRecallWhenBrokerNotWriteable
    if (clock.now() < brokerConfig.startAcceptSendRequestTimeStamp || isReadOnly) {
      throw new RemotingError(ResponseCode.SERVICE_NOT_AVAILABLE, NOT_AVAILABLE)
    }
  }

  /** @throws RemotingError for a handle that is not one of this broker's for this topic, or too late */
  #checkedHandle({ topic, recallHandle }: RecallMessageRequestHeader): RecallMessageHandle {
    const { brokerConfig, storeConfig, topicConfigManager, clock } = this.#deps
    if (topicConfigManager.selectTopicConfig(topic) === undefined) {
      const remark = `recall failed, the topic[${topic}] not exist`
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, remark)
    }
    const handle = decodeRecallHandle(recallHandle)
    if (handle === undefined) throw illegal('recall handle is invalid')
    if (handle.topic !== topic) throw illegal('recall failed, topic not match')
    if (handle.brokerName !== brokerConfig.brokerName) throw illegal(NOT_AVAILABLE)
    const isNumber = /^[+-]?\d{1,19}$/.test(handle.timestampText)
    const leftMs = (isNumber ? Number(handle.timestampText) : -1) - clock.now()
    if (leftMs <= 0 || leftMs >= storeConfig.timerMaxDelaySec * 1000) {
      throw illegal('recall failed, timestamp invalid')
    }
    return handle
  }

  #buildMessage(
    { producerGroup }: RecallMessageRequestHeader,
    { topic, messageId, timestampText }: RecallMessageHandle,
    channel: Channel,
  ): MessageExtBrokerInner {
    const nowMs = this.#deps.clock.now()
    const properties = encodeProperties([
      [MessageConst.PROPERTY_TAGS, RECALL_MESSAGE_TAG],
      [MessageConst.PROPERTY_TIMER_DEL_UNIQKEY, buildDeleteKey(topic, messageId)],
      [MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX, messageId],
      [MessageConst.PROPERTY_TIMER_DELIVER_MS, timestampText],
      [MessageConst.PROPERTY_BORN_TIMESTAMP, String(nowMs)],
      [MessageConst.PROPERTY_TRACE_CONTEXT, ''],
      [MessageConst.PROPERTY_PRODUCER_GROUP, producerGroup],
    ])
    return {
      topic,
      queueId: 0,
      flag: 0,
      sysFlag: 0,
      body: Buffer.from('0'),
      properties,
      bornTimestamp: nowMs,
      bornHost: channel.remoteHost,
      storeHost: this.#deps.storeHost(channel),
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
    }
  }

  #put(message: MessageExtBrokerInner): Promise<PutMessageResult> {
    const { scheduleHook, brokerStatsManager } = this.#deps
    return new Promise((resolve) => {
      scheduleHook.putMessage(message, (result) => {
        const { appended } = result
        if (appended !== undefined) {
          brokerStatsManager.puts.incTopicPut(message.topic, 1, appended.size)
        }
        resolve(result)
      })
    })
  }
}

function illegal(remark: string): RemotingError {
  return new RemotingError(ResponseCode.ILLEGAL_OPERATION, remark)
}
