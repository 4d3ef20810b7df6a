import {
  NotificationRequestHeader,
  NotificationResponseHeader,
} from '../../../codec/header/notification.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { PopRequest } from '../longpolling/held-pops.ts'
import type { PopLongPollingService } from '../longpolling/pop-long-polling-service.ts'
import type { ConsumerOrderInfoManager } from '../pop/consumer-order-info-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic, buildPopRetryTopicV1 } from '../topic/topic-names.ts'
import { orRefusal, runHeld, withBornTime } from './pop/held-requests.ts'
import type { PopChecks } from './pop/pop-checks.ts'
import { INIT_MODE_MIN, type PopOffsets } from './pop/pop-offsets.ts'

export interface NotificationDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'enableRetryTopicV2' | 'retrieveMessageFromPopRetryTopicV1'
  >
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly checks: PopChecks
  readonly popOffsets: PopOffsets
  readonly orderInfo: ConsumerOrderInfoManager
  readonly longPolling: PopLongPollingService<NotificationRequestHeader>
  readonly clock: Clock
  readonly logger: Logger
}

const NO_REMARK = 'not set any response code'

/**
 * NOTIFICATION: tells whether a pop would find messages; while there are none it is held.
 * Apache: broker.processor.NotificationProcessor
 */
export class NotificationProcessor implements RequestProcessor {
  readonly #deps: NotificationDeps

  constructor(deps: NotificationDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const extFields = withBornTime(request.extFields, this.#deps.clock.now())
    const header = NotificationRequestHeader.decode(extFields)
    return this.#process(request, header, channel)
  }

  /** Runs a notification that was held once more. */
  executeRequestWhenWakeup(held: PopRequest<NotificationRequestHeader>): void {
    const { request, header, channel } = held
    const process = () => this.#process(request, header, channel)
    runHeld(request, channel, this.#deps.logger, process)
  }

  #process(
    request: RemotingCommand,
    header: NotificationRequestHeader,
    channel: Channel,
  ): Promise<RemotingCommand | undefined> {
    const { checks, longPolling } = this.#deps
    return orRefusal(fieldsOf(false, false), () => {
      checks.checkBroker(channel, 'peeking')
      checks.checkReadable(header, channel)
      checks.checkGroup(header.consumerGroup)
      const hasMsg = this.#hasMsg(header)
      const polling = hasMsg ? undefined : longPolling.polling(request, channel, header, undefined)
      if (polling === 'POLLING_SUC') return undefined
      const fields = fieldsOf(hasMsg, polling === 'POLLING_FULL')
      return RemotingCommand.response(ResponseCode.SUCCESS, NO_REMARK, fields)
    })
  }

  #hasMsg(header: NotificationRequestHeader): boolean {
    const { topic, consumerGroup: group, queueId } = header
    const { enableRetryTopicV2, retrieveMessageFromPopRetryTopicV1 } = this.#deps.brokerConfig
    const hasOwn =
      queueId < 0 ? this.#hasMsgInTopic(header, topic) : this.#hasMsgInQueue(header, topic, queueId)
    if (hasOwn) return true
    if (this.#hasMsgInTopic(header, buildPopRetryTopic(topic, group, enableRetryTopicV2)))
      return true
    if (!enableRetryTopicV2 || !retrieveMessageFromPopRetryTopicV1) return false
    return this.#hasMsgInTopic(header, buildPopRetryTopicV1(topic, group))
  }

  #hasMsgInTopic(header: NotificationRequestHeader, topic: string): boolean {
    const readQueueNums = this.#deps.topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0
    for (let queueId = 0; queueId < readQueueNums; queueId++) {
      if (this.#hasMsgInQueue(header, topic, queueId)) return true
    }
    return false
  }

  #hasMsgInQueue(header: NotificationRequestHeader, topic: string, queueId: number): boolean {
    const { orderInfo, messageStore, popOffsets } = this.#deps
    const { consumerGroup: group, attemptId, order } = header
    if (order === true && orderInfo.checkBlock(attemptId, header.topic, group, queueId, 0)) {
      return false
    }
    const offset = popOffsets.peek(topic, group, queueId, INIT_MODE_MIN)
    return messageStore.getMaxOffsetInQueue(topic, queueId) > offset
  }
}

function fieldsOf(hasMsg: boolean, pollingFull: boolean): Record<string, string> {
  return NotificationResponseHeader.encode({ hasMsg, pollingFull })
}
