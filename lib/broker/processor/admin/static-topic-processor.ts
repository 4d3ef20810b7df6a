import { TopicQueueMappingDetail } from '../../../../codec/body/topic-queue-mapping.ts'
import { CreateTopicRequestHeader } from '../../../../codec/header/create-topic.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../../remoting/index.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from '../../topic/topic-queue-mapping-manager.ts'
import { checkTopicName, topicConfigOf } from './topic-request.ts'

export interface StaticTopicDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'validateSystemTopicWhenUpdateTopic'>
  readonly topicConfigManager: TopicConfigManager
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'updateTopicQueueMapping'>
  /** Resolves when the name servers know of the topics changed so far, or cannot be told. */
  readonly topicsRegistered: () => Promise<void>
  readonly logger: Logger
}

/**
 * UPDATE_AND_CREATE_STATIC_TOPIC: the topic in the header, what of it lies on this broker in the body.
 *
 * Apache: broker.processor.AdminBrokerProcessor#updateAndCreateStaticTopic
 */
export class StaticTopicProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC]

  readonly #deps: StaticTopicDeps

  constructor(deps: StaticTopicDeps) {
    this.#deps = deps
  }

  /**
   * Answered after the registration, as by Apache. The mapping is changed first: where it is refused the topic stays as it is, and
   * what the name servers are told has both.
   */
  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const { topicConfigManager, topicQueueMappingManager, logger } = this.#deps
    const header = CreateTopicRequestHeader.decode(request.extFields)
    const detail = TopicQueueMappingDetail.decode(request.body)
    const { topic, force = false } = header
    logger.info({ topic, caller: channel.remoteHost.toString() }, 'update or create static topic')
    checkTopicName(this.#deps, topic)
    const topicConfig = topicConfigOf(header)
    topicQueueMappingManager.updateTopicQueueMapping(detail, force)
    topicConfigManager.updateTopicConfig({ ...topicConfig, attributes: new Map(), order: false })
    await this.#deps.topicsRegistered()
    return RemotingCommand.response(ResponseCode.SUCCESS, NOT_SET_REMARK)
  }
}
