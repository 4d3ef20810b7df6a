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

type QueueOffsetStore = Pick<
  MessageStore,
  | 'getEarliestMessageTime'
  | 'getMaxOffsetInQueue'
  | 'getMinOffsetInQueue'
  | 'getOffsetInQueueByTime'
>

/**
 * Where queues begin and end: SEARCH_OFFSET_BY_TIMESTAMP, GET_MAX_OFFSET, GET_MIN_OFFSET, GET_EARLIEST_MSG_STORETIME.
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class QueueOffsetProcessor implements RequestProcessor {
  readonly #store: QueueOffsetStore

  constructor(store: QueueOffsetStore) {
    this.#store = store
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
    const offset = await this.#store.getOffsetInQueueByTime(topic, queueId, timestamp, boundary)
    return success(SearchOffsetResponseHeader.encode({ offset }))
  }

  #getMaxOffset(request: RemotingCommand): RemotingCommand {
    const { topic, queueId } = GetMaxOffsetRequestHeader.decode(request.extFields)
    const offset = this.#store.getMaxOffsetInQueue(topic, queueId)
    return success(GetMaxOffsetResponseHeader.encode({ offset }))
  }

  /** 0 for a queue that holds nothing yet, known or not. The remark is empty, as Apache's RpcClientUtils makes it. */
  #getMinOffset(request: RemotingCommand): RemotingCommand {
    const { topic, queueId } = GetMinOffsetRequestHeader.decode(request.extFields)
    const offset = Math.max(this.#store.getMinOffsetInQueue(topic, queueId), 0)
    const response = success(GetMinOffsetResponseHeader.encode({ offset }))
    response.remark = ''
    return response
  }

  async #getEarliestMsgStoretime(request: RemotingCommand): Promise<RemotingCommand> {
    const { topic, queueId } = GetEarliestMsgStoretimeRequestHeader.decode(request.extFields)
    const timestamp = await this.#store.getEarliestMessageTime(topic, queueId)
    return success(GetEarliestMsgStoretimeResponseHeader.encode({ timestamp }))
  }
}

function success(extFields: ExtFields): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields)
}
