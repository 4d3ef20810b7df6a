import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import {
  type MessageRequestMode,
  QueryAssignmentRequestBody,
  QueryAssignmentResponseBody,
  SetMessageRequestModeRequestBody,
} from '../../../codec/body/query-assignment.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import { allocate, allocate4Pop } from '../loadbalance/allocate-message-queue.ts'
import type { MessageRequestModeManager } from '../loadbalance/message-request-mode-manager.ts'
import type { TopicRouteInfoManager } from '../loadbalance/topic-route-info-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { isLmq, LMQ_QUEUE_ID } from '../../common/light-message-queue.ts'
import { isRetryTopic } from '../topic/topic-names.ts'

export interface QueryAssignmentDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'serverLoadBalancerEnable'
    | 'brokerName'
    | 'defaultMessageRequestMode'
    | 'defaultPopShareQueueNum'
  >
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly routes: Pick<TopicRouteInfoManager, 'getTopicSubscribeInfo'>
  readonly modes: MessageRequestModeManager
}

interface RequestMode {
  readonly mode: MessageRequestMode
  readonly popShareQueueNum: number
}

/**
 * Shares out queues for clients that leave it to the broker (QUERY_ASSIGNMENT), and sets whether a group pulls or pops a
 * topic (SET_MESSAGE_REQUEST_MODE).
 *
 * Apache: broker.processor.QueryAssignmentProcessor
 */
export class QueryAssignmentProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.QUERY_ASSIGNMENT,
    RequestCode.SET_MESSAGE_REQUEST_MODE,
  ]

  readonly #deps: QueryAssignmentDeps

  constructor(deps: QueryAssignmentDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    return request.code === RequestCode.QUERY_ASSIGNMENT
      ? this.#queryAssignment(request)
      : this.#setMessageRequestMode(request)
  }

  /** Without assignments in the answer the client keeps what it has; with none it gives up what it has. */
  async #queryAssignment(request: RemotingCommand): Promise<RemotingCommand> {
    const query = QueryAssignmentRequestBody.decode(request.body)
    const requestMode = this.#requestMode(query.topic, query.consumerGroup)
    const queues = await this.#doLoadBalance(query, requestMode)
    const { mode } = requestMode
    const assignments = queues?.map((messageQueue) => ({ messageQueue, mode }))
    const body = QueryAssignmentResponseBody.encode(
      assignments === undefined ? {} : { messageQueueAssignments: assignments },
    )
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  /** What was set, or the default. Retry topics are always pulled. */
  #requestMode(topic: string, group: string): RequestMode {
    const set = this.#deps.modes.getMessageRequestMode(topic, group)
    if (set !== undefined) return set
    const { defaultMessageRequestMode, defaultPopShareQueueNum } = this.#deps.brokerConfig
    const mode = isRetryTopic(topic) ? 'PULL' : defaultMessageRequestMode
    return { mode, popShareQueueNum: mode === 'POP' ? defaultPopShareQueueNum : 0 }
  }

  async #doLoadBalance(
    query: QueryAssignmentRequestBody,
    { mode, popShareQueueNum }: RequestMode,
  ): Promise<readonly MessageQueue[] | undefined> {
    const { topic, consumerGroup, clientId, messageModel, strategyName } = query
    const { brokerConfig, consumerManager, routes } = this.#deps
    const isOfLmq = messageModel === 'CLUSTERING' && isLmq(topic)
    const lmq = { topic, brokerName: brokerConfig.brokerName, queueId: LMQ_QUEUE_ID }
    const queues = isOfLmq ? [lmq] : await routes.getTopicSubscribeInfo(topic)
    const isShared = messageModel === 'CLUSTERING' && brokerConfig.serverLoadBalancerEnable
    if (queues === undefined || !isShared) return queues
    const clientIds = consumerManager.getConsumerGroupInfo(consumerGroup)?.getAllClientId()
    if (clientIds === undefined) return undefined
    const sharing = { strategyName, queues, clientIds }
    return mode === 'POP'
      ? allocate4Pop(sharing, clientId, popShareQueueNum)
      : allocate(sharing, clientId)
  }

  #setMessageRequestMode(request: RemotingCommand): RemotingCommand {
    const { topicConfigManager, subscriptionGroupManager, modes } = this.#deps
    const mode = SetMessageRequestModeRequestBody.decode(request.body)
    const { topic, consumerGroup } = mode
    if (isRetryTopic(topic)) {
      const remark = 'retry topic is not allowed to set mode'
      throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
    }
    if (topicConfigManager.selectTopicConfig(topic) === undefined) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist`)
    }
    if (subscriptionGroupManager.findSubscriptionGroupConfig(consumerGroup) === undefined) {
      const remark = 'subscription group does not exist'
      throw new RemotingError(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark)
    }
    modes.setMessageRequestMode(mode)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }
}
