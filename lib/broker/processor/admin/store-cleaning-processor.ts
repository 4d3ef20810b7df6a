import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { isLmq } from '../../../common/light-message-queue.ts'
import type { Logger } from '../../../common/logger.ts'
import type { Channel, RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'

export interface StoreCleaningDeps {
  readonly topicConfigManager: Pick<TopicConfigManager, 'containsTopic' | 'isSystemTopic'>
  readonly messageStore: Pick<
    MessageStore,
    'topics' | 'deleteTopics' | 'executeDeleteFilesManually' | 'cleanExpiredConsumerQueue'
  >
  readonly logger: Logger
}

/**
 * Removes at once what would be removed in time: CLEAN_EXPIRED_CONSUMEQUEUE, DELETE_EXPIRED_COMMITLOG and
 * CLEAN_UNUSED_TOPIC (queues of topics that are not known).
 *
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class StoreCleaningProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE,
    RequestCode.DELETE_EXPIRED_COMMITLOG,
    RequestCode.CLEAN_UNUSED_TOPIC,
  ]

  readonly #deps: StoreCleaningDeps

  constructor(deps: StoreCleaningDeps) {
    this.#deps = deps
  }

  process({ code }: RemotingCommand, channel: Channel): RemotingCommand {
    this.#deps.logger.info({ code, caller: channel.remoteHost.toString() }, 'clean the store')
    this.#clean(code)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #clean(code: number): void {
    const { messageStore, topicConfigManager } = this.#deps
    switch (code) {
      case RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE:
        return messageStore.cleanExpiredConsumerQueue((topic) =>
          topicConfigManager.isSystemTopic(topic),
        )
      case RequestCode.DELETE_EXPIRED_COMMITLOG:
        return messageStore.executeDeleteFilesManually()
      default:
        return this.#cleanUnusedTopic()
    }
  }

  /** Source: store.DefaultMessageStore#cleanUnusedTopic */
  #cleanUnusedTopic(): void {
    const { topicConfigManager, messageStore, logger } = this.#deps
    const unused = messageStore.topics.filter(
      (topic) =>
        !topicConfigManager.containsTopic(topic) &&
        !topicConfigManager.isSystemTopic(topic) &&
        !isLmq(topic),
    )
    logger.info({ topics: unused }, 'queues of unknown topics removed')
    messageStore.deleteTopics(new Set(unused))
  }
}
