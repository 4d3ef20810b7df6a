import { QueryCorrectionOffsetBody } from '../../../../codec/body/reset-offset.ts'
import { CloneGroupOffsetRequestHeader } from '../../../../codec/header/clone-group-offset.ts'
import { QueryCorrectionOffsetHeader } from '../../../../codec/header/query-correction-offset.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'

export interface ConsumerOffsetAdminDeps {
  readonly topicConfigManager: Pick<TopicConfigManager, 'containsTopic'>
  readonly consumerManager: Pick<ConsumerManager, 'mayConsume'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly messageStore: Pick<MessageStore, 'getMinOffsetInQueue'>
  readonly logger: Logger
}

/** An offset that no queue reaches. Java's Long.MAX_VALUE in Apache's answers. */
const BEYOND_ALL = Number.MAX_SAFE_INTEGER

/**
 * CLONE_GROUP_OFFSET and QUERY_CORRECTION_OFFSET: offsets of one group beside those of others.
 *
 * Apache: broker.processor.AdminBrokerProcessor#cloneGroupOffset, queryCorrectionOffset
 */
export class ConsumerOffsetAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.CLONE_GROUP_OFFSET,
    RequestCode.QUERY_CORRECTION_OFFSET,
  ]

  readonly #deps: ConsumerOffsetAdminDeps

  constructor(deps: ConsumerOffsetAdminDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand): RemotingCommand {
    return request.code === RequestCode.CLONE_GROUP_OFFSET
      ? this.#cloneGroupOffset(request)
      : this.#queryCorrectionOffset(request)
  }

  /** Without a topic all that the source group consumes (Apache then clones nothing). */
  #cloneGroupOffset(request: RemotingCommand): RemotingCommand {
    const header = CloneGroupOffsetRequestHeader.decode(request.extFields)
    const { srcGroup, destGroup, topic = '', offline = false } = header
    const { topicConfigManager, consumerManager, consumerOffsetManager, logger } = this.#deps
    const cloned =
      topic.trim() === '' ? consumerOffsetManager.whichTopicByConsumer(srcGroup) : [topic]
    for (const each of cloned) {
      const isDropped = !offline && !consumerManager.mayConsume(srcGroup, each)
      if (isDropped || !topicConfigManager.containsTopic(each)) {
        logger.warn({ topic: each, srcGroup }, 'offsets not cloned')
        continue
      }
      consumerOffsetManager.cloneOffset(srcGroup, destGroup, each)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  /**
   * By queue: the lowest offset of all groups, or BEYOND_ALL where the group to compare with is behind it. Groups to
   * be left out are left out; Apache deletes their offsets of all topics.
   */
  #queryCorrectionOffset(request: RemotingCommand): RemotingCommand {
    const header = QueryCorrectionOffsetHeader.decode(request.extFields)
    const { topic, compareGroup, filterGroups = '' } = header
    const correctionOffsets = this.#minOffsets(topic, new Set(filterGroups.split(',')))
    for (const [queueId, offset] of this.#deps.consumerOffsetManager.queryOffsets(
      compareGroup,
      topic,
    )) {
      const lowest = correctionOffsets.get(queueId)
      if (lowest === undefined || lowest > offset) correctionOffsets.set(queueId, BEYOND_ALL)
    }
    const body = QueryCorrectionOffsetBody.encode({ correctionOffsets })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #minOffsets(topic: string, leftOut: ReadonlySet<string>): Map<number, number> {
    const { consumerOffsetManager, messageStore } = this.#deps
    const lowest = new Map<number, number>()
    for (const group of consumerOffsetManager.whichGroupByTopic(topic)) {
      if (leftOut.has(group)) continue
      for (const [queueId, offset] of consumerOffsetManager.queryOffsets(group, topic)) {
        if (offset < messageStore.getMinOffsetInQueue(topic, queueId)) continue
        lowest.set(queueId, Math.min(offset, lowest.get(queueId) ?? offset))
      }
    }
    return lowest
  }
}
