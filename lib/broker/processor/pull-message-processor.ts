import {
  PullMessageRequestHeader,
  PullMessageResponseHeader,
} from '../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { toError } from '../../common/errors.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { refusalOf, type Channel, type RequestProcessor } from '../../remoting/index.ts'
import type { GetMessageResult, MessageFilter, MessageStore } from '../../store/types.ts'
import { GetMessageStatus } from '../../store/types.ts'
import type { PullRequestHoldService } from '../longpolling/pull-request-hold-service.ts'
import type { PullRequest } from '../longpolling/pull-request.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import { toLmqName } from '../lite/lite-topic-names.ts'
import type { RemoteQueues } from '../out/remote-queues.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupConfig } from '../subscription/subscription-group-config.ts'
import type { TopicConfig } from '../topic/topic-config.ts'
import { NO_INIT_OFFSET } from '../offset/broadcast-offset-manager.ts'
import type { BroadcastPulls } from './pull/broadcast-pulls.ts'
import type { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager.ts'
import type { PullChecks } from './pull/pull-checks.ts'
import { PullRefused } from './pull/pull-refused.ts'
import { composePullResponse } from './pull/pull-response.ts'
import type { PullSubscriptions } from './pull/pull-subscriptions.ts'
import {
  hasCommitOffsetFlag,
  hasSuspendFlag,
  withoutCommitOffsetFlag,
  withoutSuspendFlag,
} from './pull/pull-sys-flag.ts'
import { type StaticPull, toStaticPull, toStaticResponse } from './statictopic/static-pull.ts'

export interface PullMessageDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerId'
    | 'longPollingEnable'
    | 'shortPollingTimeMills'
    | 'slaveReadEnable'
    | 'useServerSideResetOffset'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'offsetCheckInSlave'>
  readonly messageStore: Pick<
    MessageStore,
    'getMessage' | 'getMinOffsetInQueue' | 'getMaxOffsetInQueue'
  >
  /** Whether this broker's group has its master. */
  readonly hasMaster: () => boolean
  readonly checks: PullChecks
  readonly subscriptions: PullSubscriptions
  readonly broadcasts: BroadcastPulls
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly remoteQueues: Pick<RemoteQueues, 'pullMessage'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly holdService: Pick<PullRequestHoldService, 'suspendPullRequest'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A pull that has passed the checks. */
interface Pull {
  readonly request: RemotingCommand
  readonly channel: Channel
  /** As the client has asked. */
  readonly asked: PullMessageRequestHeader
  /** As the queue is read. */
  readonly header: PullMessageRequestHeader
  /** Set for a static topic. */
  readonly staticPull: StaticPull | undefined
  readonly groupConfig: SubscriptionGroupConfig
  readonly topicConfig: TopicConfig
  readonly filter: MessageFilter | undefined
  /** False when it has been held already. */
  readonly maySuspend: boolean
  /** When it began to be processed, wall clock. */
  readonly beginMs: number
}

/**
 * PULL_MESSAGE and LITE_PULL_MESSAGE. While the store answers from memory, a pull is handled without a promise and its
 * records leave without being copied.
 *
 * Apache: broker.processor.PullMessageProcessor, DefaultPullMessageResultHandler
 */
export class PullMessageProcessor implements RequestProcessor {
  readonly #deps: PullMessageDeps

  constructor(deps: PullMessageDeps) {
    this.#deps = deps
  }

  rejectRequest(): boolean {
    return this.#isSlave && !this.#deps.brokerConfig.slaveReadEnable
  }

  process(
    request: RemotingCommand,
    channel: Channel,
  ): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    const header = PullMessageRequestHeader.decode(request.extFields)
    return this.#process(request, header, channel, true)
  }

  /** Runs a pull that was held once more, and answers it in any case. */
  executeRequestWhenWakeup({ request, header, asked, channel }: PullRequest): void {
    const answer = (response: RemotingCommand | undefined): void => {
      if (response !== undefined) channel.respond(request, response)
    }
    const fail = (thrown: unknown): void => {
      const error = toError(thrown)
      const refusal = refusalOf(error)
      if (refusal === undefined) this.#deps.logger.error({ error, header }, 'held pull failed')
      answer(refusal ?? RemotingCommand.response(ResponseCode.SYSTEM_ERROR, error.message))
    }
    try {
      const response = this.#process(request, asked, channel, false)
      if (response instanceof Promise) response.then(answer, fail)
      else answer(response)
    } catch (thrown) {
      fail(thrown)
    }
  }

  #process(
    request: RemotingCommand,
    asked: PullMessageRequestHeader,
    channel: Channel,
    maySuspend: boolean,
  ): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    const { checks, subscriptions } = this.#deps
    try {
      checks.checkBroker(request.code, channel)
      const groupConfig = checks.checkGroup(asked.consumerGroup)
      const topicConfig = checks.checkTopic(asked.topic)
      const staticPull = this.#toStaticPull(asked)
      if (staticPull?.isLocal === false) return this.#pullRemotely(staticPull)
      const header = staticPull?.header ?? asked
      checks.checkQueue(header, topicConfig, channel)
      const filter = subscriptions.filterOf(header, groupConfig)
      checks.checkPullConsumer(header.consumerGroup, channel)
      const beginMs = this.#deps.clock.now()
      return this.#read({
        request,
        channel,
        asked,
        header,
        staticPull,
        groupConfig,
        topicConfig,
        filter,
        maySuspend,
        beginMs,
      })
    } catch (error) {
      if (error instanceof PullRefused) return error.toResponse()
      throw error
    }
  }

  #toStaticPull(asked: PullMessageRequestHeader): StaticPull | undefined {
    const context = this.#deps.topicQueueMappingManager.buildTopicQueueMappingContext(asked)
    return context === undefined ? undefined : toStaticPull(context, asked)
  }

  /** Reads a part that another broker has. That one neither waits for messages nor stores an offset. */
  async #pullRemotely(pull: StaticPull): Promise<RemotingCommand> {
    const { header, item } = pull
    const sysFlag = withoutSuspendFlag(withoutCommitOffsetFlag(header.sysFlag))
    const answer = await this.#deps.remoteQueues.pullMessage(item.bname, { ...header, sysFlag })
    const { code, remark, extFields, body } = answer
    const pulled = PullMessageResponseHeader.decode(extFields)
    const response = RemotingCommand.response(code, remark, extFields, body)
    return toStaticResponse(pull, response, pulled)
  }

  #read(pull: Pull): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    const { consumerGroup: group, topic, queueId, queueOffset, maxMsgNums } = pull.header
    const { brokerConfig, consumerOffsetManager, messageStore } = this.#deps
    const resetOffset = consumerOffsetManager.queryThenEraseResetOffset(topic, group, queueId)
    if (resetOffset !== undefined && brokerConfig.useServerSideResetOffset) {
      const minOffset = messageStore.getMinOffsetInQueue(topic, queueId)
      const maxOffset = messageStore.getMaxOffsetInQueue(topic, queueId)
      return this.#answer(pull, resetTo(resetOffset, minOffset, maxOffset))
    }
    const initOffset = this.#deps.broadcasts.queryInitOffset(pull.header, pull.channel)
    if (initOffset !== NO_INIT_OFFSET) return this.#answer(pull, resetTo(initOffset, 0, 0))
    const { filter } = pull
    const result = messageStore.getMessage({
      group,
      topic: storeTopicOf(pull.header),
      queueId,
      offset: queueOffset,
      maxMsgNums,
      filter,
    })
    return result instanceof Promise
      ? result.then((read) => this.#answer(pull, read))
      : this.#answer(pull, result)
  }

  #answer(pull: Pull, result: GetMessageResult): RemotingCommand | undefined {
    const { header, maySuspend } = pull
    const response = composePullResponse(header, result, pull.topicConfig, pull.groupConfig, {
      brokerId: this.#deps.brokerConfig.brokerId,
      slaveReadEnable: this.#deps.brokerConfig.slaveReadEnable,
      isSlave: this.#isSlave,
      hasMaster: this.#deps.hasMaster(),
      offsetCheckInSlave: this.#deps.storeConfig.offsetCheckInSlave,
    })
    if (pull.staticPull !== undefined) toStaticResponse(pull.staticPull, response, result)
    if (response.code === ResponseCode.SUCCESS) this.#count(header, result, pull.beginMs)
    const { nextBeginOffset } = result
    this.#deps.broadcasts.updatePulledOffset(header, pull.channel, response.code, nextBeginOffset)
    this.#commitOffsets(header, nextBeginOffset, maySuspend)
    if (
      response.code === ResponseCode.PULL_NOT_FOUND &&
      maySuspend &&
      hasSuspendFlag(header.sysFlag)
    ) {
      this.#suspend(pull)
      return undefined
    }
    if (response.code === ResponseCode.PULL_OFFSET_MOVED) this.#logOffsetMoved(header, result)
    return response
  }

  #count(
    { consumerGroup, topic, queueId }: PullMessageRequestHeader,
    { messageCount, records }: GetMessageResult,
    beginMs: number,
  ): void {
    const { brokerStatsManager, clock } = this.#deps
    let bytes = 0
    for (const record of records) bytes += record.length
    const { gets, messages } = brokerStatsManager
    messages.incMessagesOut(consumerGroup, topic, messageCount, bytes)
    gets.incGroupGet(consumerGroup, topic, messageCount, bytes)
    gets.incGroupGetLatency(consumerGroup, topic, queueId, clock.now() - beginMs)
  }

  #commitOffsets(
    header: PullMessageRequestHeader,
    nextBeginOffset: number,
    isFirstPass: boolean,
  ): void {
    const { consumerOffsetManager } = this.#deps
    const { consumerGroup, topic, queueId } = header
    consumerOffsetManager.commitPullOffset(consumerGroup, topic, queueId, nextBeginOffset)
    if (isFirstPass && hasCommitOffsetFlag(header.sysFlag)) {
      consumerOffsetManager.commitOffset(consumerGroup, topic, queueId, header.commitOffset)
    }
  }

  #suspend({ request, channel, asked, header, filter }: Pull): void {
    const { brokerConfig, holdService } = this.#deps
    request.isSuspended = true
    const timeoutMs = brokerConfig.longPollingEnable
      ? header.suspendTimeoutMillis
      : brokerConfig.shortPollingTimeMills
    holdService.suspendPullRequest(
      { request, channel, asked, header, filter, passedBy: false, deadlineBucket: undefined },
      timeoutMs,
    )
  }

  #logOffsetMoved(header: PullMessageRequestHeader, result: GetMessageResult): void {
    const { consumerGroup: group, topic, queueId, queueOffset } = header
    const { status, nextBeginOffset } = result
    this.#deps.logger.info(
      { group, topic, queueId, queueOffset, nextBeginOffset, status },
      'pull offset corrected',
    )
  }

  get #isSlave(): boolean {
    return this.#deps.storeConfig.brokerRole === 'SLAVE'
  }
}

/** The client is to go on elsewhere. */
function resetTo(nextBeginOffset: number, minOffset: number, maxOffset: number): GetMessageResult {
  return {
    status: GetMessageStatus.OFFSET_RESET,
    nextBeginOffset,
    minOffset,
    maxOffset,
    records: [],
    messageCount: 0,
    suggestPullingFromSlave: false,
  }
}

/** A pull may be of a lite topic of its topic. */
function storeTopicOf({ topic, liteTopic }: PullMessageRequestHeader): string {
  if (liteTopic === undefined || liteTopic.trim() === '') return topic
  return toLmqName(topic, liteTopic) ?? topic
}
