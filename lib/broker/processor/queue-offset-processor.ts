import {
  GetEarliestMsgStoretimeRequestHeader,
  GetEarliestMsgStoretimeResponseHeader,
} from '../../../codec/header/get-earliest-msg-storetime.ts'
import {
  GetMaxOffsetRequestHeader,
  GetMaxOffsetResponseHeader,
} from '../../../codec/header/get-max-offset.ts'
import {
  GetMinOffsetRequestHeader,
  GetMinOffsetResponseHeader,
} from '../../../codec/header/get-min-offset.ts'
import {
  SearchOffsetRequestHeader,
  SearchOffsetResponseHeader,
} from '../../../codec/header/search-offset.ts'
import type { ExtFields } from '../../../codec/remoting-command.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { toLmqName } from '../lite/lite-topic-names.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager.ts'
import type { StaticQueueOffsets } from './statictopic/static-queue-offsets.ts'

export interface QueueOffsetDeps {
  readonly messageStore: Pick<
    MessageStore,
    | 'getEarliestMessageTime'
    | 'getMaxOffsetInQueue'
    | 'getMinOffsetInQueue'
    | 'getOffsetInQueueByTime'
  >
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly staticOffsets: StaticQueueOffsets
}

/**
 * Where queues begin and end: SEARCH_OFFSET_BY_TIMESTAMP, GET_MAX_OFFSET, GET_MIN_OFFSET, GET_EARLIEST_MSG_STORETIME.
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class QueueOffsetProcessor implements RequestProcessor {
  readonly #deps: QueueOffsetDeps

  constructor(deps: QueueOffsetDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    switch (request.code) {
      case RequestCode.SEARCH_OFFSET_BY_TIMESTAMP:
        return this.#searchOffset(request)
      case RequestCode.GET_MAX_OFFSET:
        return this.#getMaxOffset(request)
      case RequestCode.GET_MIN_OFFSET:
        return this.#getMinOffset(request)
      default:
        return this.#getEarliestMsgStoretime(request)
    }
  }

  async #searchOffset(request: RemotingCommand): Promise<RemotingCommand> {
    const header = SearchOffsetRequestHeader.decode(request.extFields)
    const { queueId, timestamp, boundaryType, liteTopic = '' } = header
    const topic =
      liteTopic.trim() === '' ? header.topic : (toLmqName(header.topic, liteTopic) ?? '')
    const boundary = boundaryType?.toLowerCase() === 'upper' ? 'upper' : 'lower'
    const { messageStore, topicQueueMappingManager, staticOffsets } = this.#deps
    const context = topicQueueMappingManager.buildTopicQueueMappingContext(header)
    const offset = await (context === undefined
      ? messageStore.getOffsetInQueueByTime(topic, queueId, timestamp, boundary)
      : staticOffsets.searchOffset(context, timestamp, boundary))
    return success(SearchOffsetResponseHeader.encode({ offset }))
  }

  async #getMaxOffset(request: RemotingCommand): Promise<RemotingCommand> {
    const header = GetMaxOffsetRequestHeader.decode(request.extFields)
    const { messageStore, topicQueueMappingManager, staticOffsets } = this.#deps
    const context = topicQueueMappingManager.buildTopicQueueMappingContext(header)
    const offset =
      context === undefined
        ? messageStore.getMaxOffsetInQueue(header.topic, header.queueId)
        : await staticOffsets.getMaxOffset(context)
    return success(GetMaxOffsetResponseHeader.encode({ offset }))
  }

  /** 0 for a queue that holds nothing yet, known or not. The remark is empty, as Apache's RpcClientUtils makes it. */
  async #getMinOffset(request: RemotingCommand): Promise<RemotingCommand> {
    const header = GetMinOffsetRequestHeader.decode(request.extFields)
    const { messageStore, topicQueueMappingManager, staticOffsets } = this.#deps
    const context = topicQueueMappingManager.buildTopicQueueMappingContext(header)
    const offset =
      context === undefined
        ? Math.max(messageStore.getMinOffsetInQueue(header.topic, header.queueId), 0)
        : await staticOffsets.getMinOffset(context)
    const response = success(GetMinOffsetResponseHeader.encode({ offset }))
    response.remark = ''
    return response
  }

  async #getEarliestMsgStoretime(request: RemotingCommand): Promise<RemotingCommand> {
    const header = GetEarliestMsgStoretimeRequestHeader.decode(request.extFields)
    const { messageStore, topicQueueMappingManager, staticOffsets } = this.#deps
    const context = topicQueueMappingManager.buildTopicQueueMappingContext(header)
    const timestamp = await (context === undefined
      ? messageStore.getEarliestMessageTime(header.topic, header.queueId)
      : staticOffsets.getEarliestMsgStoretime(context))
    return success(GetEarliestMsgStoretimeResponseHeader.encode({ timestamp }))
  }
}

function success(extFields: ExtFields): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields)
}
