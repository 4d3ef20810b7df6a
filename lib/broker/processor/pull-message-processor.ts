import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { toError } from '../../common/errors.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { refusalOf, type Channel, type RequestProcessor } from '../../remoting/index.ts'
import type { GetMessageResult, MessageFilter } from '../../store/types.ts'
import type { ColdPull } from '../coldctr/cold-data-pull-request-hold-service.ts'
import type { PullRequestHoldService } from '../longpolling/pull-request-hold-service.ts'
import type { PullRequest } from '../longpolling/pull-request.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupConfig } from '../subscription/subscription-group-config.ts'
import type { TopicConfig } from '../topic/topic-config.ts'
import type { BroadcastPulls } from './pull/broadcast-pulls.ts'
import type { ColdPulls } from './pull/cold-pulls.ts'
import type { PullChecks } from './pull/pull-checks.ts'
import { type PullReader, storeTopicOf } from './pull/pull-reader.ts'
import { PullRefused } from './pull/pull-refused.ts'
import { composePullResponse } from './pull/pull-response.ts'
import type { PullSubscriptions } from './pull/pull-subscriptions.ts'
import { hasCommitOffsetFlag, hasSuspendFlag } from './pull/pull-sys-flag.ts'
import { type StaticPull, toStaticResponse } from './statictopic/static-pull.ts'
import type { StaticPulls } from './statictopic/static-pulls.ts'

export interface PullMessageDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerId' | 'longPollingEnable' | 'shortPollingTimeMills' | 'slaveReadEnable'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'offsetCheckInSlave'>
  /** Whether this broker's group has its master. */
  readonly hasMaster: () => boolean
  readonly checks: PullChecks
  readonly subscriptions: PullSubscriptions
  readonly staticPulls: StaticPulls
  readonly coldPulls: Pick<ColdPulls, 'isHeldBack' | 'hold' | 'count'>
  readonly reader: PullReader
  readonly broadcasts: Pick<BroadcastPulls, 'updatePulledOffset'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'commitOffset' | 'commitPullOffset'>
  readonly holdService: Pick<PullRequestHoldService, 'suspendPullRequest'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/** For what a pull may be held: at the end of its queue, and while its group reads too much cold data. */
interface Holding {
  readonly atEnd: boolean
  readonly forColdData: boolean
}

const AT_FIRST: Holding = { atEnd: true, forColdData: true }
const AFTER_END: Holding = { atEnd: false, forColdData: true }
const AFTER_COLD_DATA: Holding = { atEnd: false, forColdData: false }

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
    return this.#process(request, header, channel, AT_FIRST)
  }

  /** Runs a pull that was held once more, and answers it in any case. */
  executeRequestWhenWakeup(pull: PullRequest): void {
    this.#runHeld(pull, AFTER_END)
  }

  /** The same of one that was held for reading cold data. */
  executeColdPull(pull: ColdPull): void {
    this.#runHeld(pull, AFTER_COLD_DATA)
  }

  #runHeld({ request, asked, channel }: PullRequest | ColdPull, holding: Holding): void {
    const answer = (response: RemotingCommand | undefined): void => {
      if (response !== undefined) channel.respond(request, response)
    }
    const fail = (thrown: unknown): void => {
      const error = toError(thrown)
      const refusal = refusalOf(error)
      if (refusal === undefined)
        this.#deps.logger.error({ error, header: asked }, 'held pull failed')
      answer(refusal ?? RemotingCommand.response(ResponseCode.SYSTEM_ERROR, error.message))
    }
    try {
      const response = this.#process(request, asked, channel, holding)
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
    holding: Holding,
  ): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    const { checks, coldPulls, staticPulls, subscriptions } = this.#deps
    try {
      checks.checkBroker(request.code, channel)
      const groupConfig = checks.checkGroup(asked.consumerGroup)
      const topicConfig = checks.checkTopic(asked.topic)
      const staticPull = staticPulls.find(asked)
      if (staticPull?.isLocal === false) return staticPulls.pullRemotely(staticPull)
      const header = staticPull?.header ?? asked
      checks.checkQueue(header, topicConfig, channel)
      const filter = subscriptions.filterOf(header, groupConfig)
      checks.checkPullConsumer(header.consumerGroup, channel)
      const isHeldBack = coldPulls.isHeldBack(header)
      if (isHeldBack && holding.forColdData && coldPulls.hold({ request, channel, asked })) {
        return undefined
      }
      const beginMs = this.#deps.clock.now()
      return this.#read({
        request,
        channel,
        asked,
        header: isHeldBack ? { ...header, maxMsgNums: 1 } : header,
        staticPull,
        groupConfig,
        topicConfig,
        filter,
        maySuspend: holding.atEnd,
        beginMs,
      })
    } catch (error) {
      if (error instanceof PullRefused) return error.toResponse()
      throw error
    }
  }

  #read(pull: Pull): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    const result = this.#deps.reader.read(pull.header, pull.filter, pull.channel)
    return result instanceof Promise
      ? result.then((read) => this.#answer(pull, read))
      : this.#answer(pull, result)
  }

  #answer(pull: Pull, result: GetMessageResult): RemotingCommand | undefined {
    const { header, maySuspend } = pull
    this.#deps.coldPulls.count(header, result.coldDataSum)
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

  #suspend({ request, channel, asked, header: read, filter }: Pull): void {
    const { brokerConfig, holdService } = this.#deps
    request.isSuspended = true
    const topic = storeTopicOf(read)
    const header = topic === read.topic ? read : { ...read, topic }
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
