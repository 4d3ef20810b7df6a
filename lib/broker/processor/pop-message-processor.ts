import { CodecError } from '../../../codec/errors.ts'
import {
  PopMessageRequestHeader,
  PopMessageResponseHeader,
} from '../../../codec/header/pop-message.ts'
import { POP_ORDER_REVIVE_QUEUE } from '../../../codec/pop-extra-info.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { PopRequest } from '../longpolling/held-pops.ts'
import type {
  PollingResult,
  PopLongPollingService,
} from '../longpolling/pop-long-polling-service.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic, buildPopRetryTopicV1 } from '../topic/topic-names.ts'
import { orRefusal, runHeld, withBornTime } from './pop/held-requests.ts'
import type { PopChecks } from './pop/pop-checks.ts'
import type { PopSubscriptions } from './pop/pop-subscriptions.ts'
import type { PopQueueReader } from './pop/pop-queue-reader.ts'
import { isMoreToPop, remainingOf, type Pop } from './pop/popped.ts'

export interface PopMessageDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'reviveQueueNum'
    | 'popFromRetryProbability'
    | 'enableRetryTopicV2'
    | 'retrieveMessageFromPopRetryTopicV1'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'timerWheelEnable'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly checks: PopChecks
  readonly subscriptions: PopSubscriptions
  readonly reader: PopQueueReader
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets'>
  readonly longPolling: PopLongPollingService<PopMessageRequestHeader>
  readonly clock: Clock
  readonly logger: Logger
  /** At least 0, less than 1. */
  readonly random: () => number
}

/** A client that asks so long after the end of its own time is not served. */
const TIMEOUT_TOO_MUCH_MS = 500
const MAX_MESSAGES = 32
/** What Apache's header holds where nothing was set. */
const NO_RESULT = PopMessageResponseHeader.encode({
  popTime: 0,
  invisibleTime: 0,
  reviveQid: 0,
  restNum: 0,
})

/**
 * POP_MESSAGE: hands out messages that are invisible to the group until they are acknowledged or their time is over; then
 * they are revived in the group's retry topic. A pop that finds nothing is held.
 *
 * Apache: broker.processor.PopMessageProcessor
 */
export class PopMessageProcessor implements RequestProcessor {
  readonly #deps: PopMessageDeps
  #ckMessageNumber = 0

  constructor(deps: PopMessageDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const extFields = withBornTime(request.extFields, this.#deps.clock.now())
    const header = PopMessageRequestHeader.decode(extFields)
    return this.#process(request, header, channel)
  }

  /** Runs a pop that was held once more. */
  executeRequestWhenWakeup({
    request,
    header,
    channel,
  }: PopRequest<PopMessageRequestHeader>): void {
    const process = () => this.#process(request, header, channel)
    runHeld(request, channel, this.#deps.logger, process)
  }

  #process(
    request: RemotingCommand,
    header: PopMessageRequestHeader,
    channel: Channel,
  ): Promise<RemotingCommand | undefined> {
    return orRefusal(NO_RESULT, () => {
      const filter = this.#check(header, channel)
      return this.#pop(request, header, channel, filter)
    })
  }

  /** @throws RemotingError in the order of Apache's checks */
  #check(header: PopMessageRequestHeader, channel: Channel): MessageFilter | undefined {
    const { checks, storeConfig, clock } = this.#deps
    const refuse = (code: ResponseCode, text: string) => {
      throw new RemotingError(code, `the broker[${checks.brokerAddress(channel)}] ${text}`)
    }
    if (clock.now() - header.bornTime - header.pollTime > TIMEOUT_TOO_MUCH_MS) {
      refuse(ResponseCode.POLLING_TIMEOUT, 'pop message is timeout too much')
    }
    checks.checkBroker(channel, 'pop')
    if (header.maxMsgNums > MAX_MESSAGES) {
      refuse(ResponseCode.INVALID_PARAMETER, `pop message's num is greater than ${MAX_MESSAGES}`)
    }
    if (!storeConfig.timerWheelEnable) {
      const text = 'pop message is forbidden because timerWheelEnable is false'
      refuse(ResponseCode.SYSTEM_ERROR, text)
    }
    checks.checkReadable(header, channel)
    checks.checkGroup(header.consumerGroup)
    if (header.maxMsgNums < 0) throw new CodecError(`maxMsgNums[${header.maxMsgNums}] is negative`)
    return this.#deps.subscriptions.filterOf(header)
  }

  async #pop(
    request: RemotingCommand,
    header: PopMessageRequestHeader,
    channel: Channel,
    filter: MessageFilter | undefined,
  ): Promise<RemotingCommand | undefined> {
    const pop = this.#newPop(header, filter)
    await this.#read(pop)
    const { longPolling, brokerStatsManager } = this.#deps
    const { topic, consumerGroup, queueId } = header
    const isFound = pop.records.length > 0
    const polling = isFound ? undefined : longPolling.polling(request, channel, header, filter)
    const isHeld = polling === 'POLLING_SUC'
    // Pops of all queues do not wake those of one queue, nor the other way round, as in Apache.
    if ((isFound || isHeld) && isMoreToPop(pop)) {
      longPolling.notifyGroup(topic, consumerGroup, queueId)
    }
    if (isHeld) return undefined
    if (pop.pending.length > 0) await Promise.all(pop.pending)
    if (isFound) {
      const latencyMs = this.#deps.clock.now() - pop.popTime
      brokerStatsManager.gets.incGroupGetLatency(consumerGroup, topic, queueId, latencyMs)
    }
    return responseOf(pop, polling)
  }

  #newPop(header: PopMessageRequestHeader, filter: MessageFilter | undefined): Pop {
    const isOrder = header.order === true
    const { reviveQueueNum } = this.#deps.brokerConfig
    const reviveQid = isOrder ? POP_ORDER_REVIVE_QUEUE : this.#ckMessageNumber++ % reviveQueueNum
    return {
      header,
      filter,
      popTime: this.#deps.clock.now(),
      reviveQid,
      records: [],
      startOffsetInfo: [],
      msgOffsetInfo: [],
      orderCountInfo: [],
      restNum: 0,
      blockedNum: 0,
      blocks: [],
      pending: [],
    }
  }

  /** The topic and the retry topic, now and then the retry topic first. In order: never the retry topic. */
  async #read(pop: Pop): Promise<void> {
    const { header } = pop
    const randomQ = Math.floor(this.#deps.random() * 100)
    const isRetryFirst = randomQ < this.#deps.brokerConfig.popFromRetryProbability
    const isOrder = header.order === true
    const retryTopic = this.#retryTopic(header, randomQ)
    if (isRetryFirst && !isOrder) await this.#readTopic(pop, retryTopic, randomQ)
    if (header.queueId < 0) await this.#readTopic(pop, header.topic, randomQ)
    else await this.#deps.reader.popMsgFromQueue(pop, header.topic, header.queueId)
    if (!isRetryFirst && !isOrder && remainingOf(pop) > 0) {
      await this.#readTopic(pop, retryTopic, randomQ)
    }
  }

  #retryTopic({ topic, consumerGroup }: PopMessageRequestHeader, randomQ: number): string {
    const { enableRetryTopicV2, retrieveMessageFromPopRetryTopicV1 } = this.#deps.brokerConfig
    const isOldFirst = retrieveMessageFromPopRetryTopicV1 && randomQ % 2 === 0
    return enableRetryTopicV2 && isOldFirst
      ? buildPopRetryTopicV1(topic, consumerGroup)
      : buildPopRetryTopic(topic, consumerGroup, enableRetryTopicV2)
  }

  /** Beginning with another queue each time. */
  async #readTopic(pop: Pop, topic: string, randomQ: number): Promise<void> {
    const readQueueNums = this.#deps.topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0
    for (let i = 0; i < readQueueNums; i++) {
      const queueId = (randomQ + i) % readQueueNums
      const reading = this.#deps.reader.popMsgFromQueue(pop, topic, queueId)
      if (reading !== undefined) await reading
    }
  }
}

function responseOf(pop: Pop, polling: PollingResult | undefined): RemotingCommand {
  const { header, popTime, reviveQid, restNum } = pop
  const fields = PopMessageResponseHeader.encode({
    popTime,
    invisibleTime: header.invisibleTime,
    reviveQid,
    restNum,
    startOffsetInfo: pop.startOffsetInfo.join(';'),
    msgOffsetInfo: pop.msgOffsetInfo.join(';'),
    orderCountInfo: header.order === true ? pop.orderCountInfo.join(';') : undefined,
  })
  if (polling !== undefined) {
    const isFull = polling === 'POLLING_FULL'
    const code = isFull ? ResponseCode.POLLING_FULL : ResponseCode.POLLING_TIMEOUT
    return RemotingCommand.response(code, 'NO_MESSAGE_IN_QUEUE', fields)
  }
  const response = RemotingCommand.response(ResponseCode.SUCCESS, 'FOUND', fields)
  response.bodySlices = pop.records
  return response
}
