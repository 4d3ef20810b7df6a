import { GetConsumerStatusBody } from '../../../../codec/body/reset-offset.ts'
import { ConsumeMessageDirectlyResultRequestHeader } from '../../../../codec/header/consume-message-directly.ts'
import { GetConsumerRunningInfoRequestHeader } from '../../../../codec/header/get-consumer-running-info.ts'
import { GetConsumerStatusRequestHeader } from '../../../../codec/header/get-consumer-status.ts'
import { decodeOffsetMsgId } from '../../../../codec/message/message-id.ts'
import { MqVersion } from '../../../../codec/mq-version.ts'
import { type ExtFields, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { toError } from '../../../common/errors.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { Broker2Client } from '../../client/broker2client.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ConsumerStatus } from '../../client/consumer-status.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'

export interface ClientRelayDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly messageStore: Pick<MessageStore, 'selectOneMessageByOffset'>
  readonly broker2Client: Broker2Client
  readonly consumerStatus: ConsumerStatus
  readonly logger: Logger
}

/**
 * Requests of tools that consumers answer. Their answers are passed on as they are: nothing in them is read here.
 *
 * Apache: broker.processor.AdminBrokerProcessor#callConsumer and its callers
 */
export class ClientRelayProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.GET_CONSUMER_RUNNING_INFO,
    RequestCode.CONSUME_MESSAGE_DIRECTLY,
    RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS,
  ]

  readonly #deps: ClientRelayDeps

  constructor(deps: ClientRelayDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    switch (request.code) {
      case RequestCode.GET_CONSUMER_RUNNING_INFO:
        return this.#getConsumerRunningInfo(request)
      case RequestCode.CONSUME_MESSAGE_DIRECTLY:
        return this.#consumeMessageDirectly(request)
      default:
        return this.#getConsumerStatus(request, channel)
    }
  }

  async #getConsumerRunningInfo(request: RemotingCommand): Promise<RemotingCommand> {
    const header = GetConsumerRunningInfoRequestHeader.decode(request.extFields)
    return this.#callConsumer(request, header.consumerGroup, header.clientId)
  }

  /** Gives the consumer a stored message, and what it needs to know of us, the topic and the group. */
  async #consumeMessageDirectly(request: RemotingCommand): Promise<RemotingCommand> {
    const { brokerConfig, topicConfigManager, subscriptionGroupManager } = this.#deps
    const header = ConsumeMessageDirectlyResultRequestHeader.decode(request.extFields)
    const { consumerGroup, clientId = '', topic = '', msgId = '' } = header
    const extFields: ExtFields = { ...request.extFields, brokerName: brokerConfig.brokerName }
    const topicConfig = topicConfigManager.selectTopicConfig(topic)
    if (topicConfig !== undefined) extFields['topicSysFlag'] = String(topicConfig.topicSysFlag)
    const groupConfig =
      consumerGroup === ''
        ? undefined
        : subscriptionGroupManager.findSubscriptionGroupConfig(consumerGroup)
    if (groupConfig !== undefined) extFields['groupSysFlag'] = String(groupConfig.groupSysFlag)
    const body = await this.#lookUp(decodeOffsetMsgId(msgId).commitLogOffset)
    const { code } = request
    return this.#callConsumer({ code, extFields, body }, consumerGroup, clientId)
  }

  async #lookUp(offset: number): Promise<Buffer> {
    const record = await this.#deps.messageStore.selectOneMessageByOffset(offset)
    if (record !== undefined) return record
    const remark = `can not find message by the offset, ${offset}`
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
  }

  async #callConsumer(
    { code, extFields, body }: Pick<RemotingCommand, 'code' | 'extFields' | 'body'>,
    group: string,
    clientId: string,
  ): Promise<RemotingCommand> {
    const client = this.#deps.consumerManager.getConsumerGroupInfo(group)?.findClient(clientId)
    if (client === undefined) {
      const remark = `The Consumer <${group}> <${clientId}> not online`
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    if (client.version < MqVersion.V3_1_8_SNAPSHOT) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `The Consumer <${clientId}> Version <${client.version}> too low to finish, ` +
          'please upgrade it to V3_1_8_SNAPSHOT',
      )
    }
    try {
      const request = RemotingCommand.request(code, extFields, body)
      return await this.#deps.broker2Client.callClient(client.channel, request)
    } catch (error) {
      throw notAnswered(error, group, clientId)
    }
  }

  async #getConsumerStatus(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const { consumerStatus, logger } = this.#deps
    const header = GetConsumerStatusRequestHeader.decode(request.extFields)
    const { topic, group, clientAddr } = header
    logger.info({ topic, group, caller: channel.remoteHost.toString() }, 'get consumer status')
    const consumerTable = await consumerStatus.query(topic, group, clientAddr)
    const body = GetConsumerStatusBody.encode({ consumerTable, messageQueueTable: [] })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }
}

function notAnswered(error: unknown, group: string, clientId: string): RemotingError {
  const { message } = toError(error)
  if (error instanceof RemotingError && error.code === ResponseCode.RPC_TIME_OUT) {
    const remark = `consumer <${group}> <${clientId}> Timeout: ${message}`
    return new RemotingError(ResponseCode.CONSUME_MSG_TIMEOUT, remark)
  }
  const remark = `invoke consumer <${group}> <${clientId}> Exception: ${message}`
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
