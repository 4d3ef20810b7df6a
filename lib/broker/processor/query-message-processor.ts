import {
  QueryMessageRequestHeader,
  QueryMessageResponseHeader,
} from '../../../codec/header/query-message.ts'
import { ViewMessageRequestHeader } from '../../../codec/header/view-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'

/** "true" in a query: the key is a unique key. Source: common.MixAll#UNIQUE_MSG_QUERY_FLAG */
const UNIQUE_MSG_QUERY_FLAG = '_UNIQUE_KEY_QUERY'

/** QUERY_MESSAGE and VIEW_MESSAGE_BY_ID. Apache: broker.processor.QueryMessageProcessor */
export class QueryMessageProcessor implements RequestProcessor {
  readonly #storeConfig: Pick<MessageStoreConfig, 'defaultQueryMaxNum'>
  readonly #messageStore: Pick<MessageStore, 'queryMessage' | 'selectOneMessageByOffset'>

  constructor(
    storeConfig: Pick<MessageStoreConfig, 'defaultQueryMaxNum'>,
    messageStore: Pick<MessageStore, 'queryMessage' | 'selectOneMessageByOffset'>,
  ) {
    this.#storeConfig = storeConfig
    this.#messageStore = messageStore
  }

  process(request: RemotingCommand): Promise<RemotingCommand> {
    return request.code === RequestCode.QUERY_MESSAGE
      ? this.#queryMessage(request)
      : this.#viewMessageById(request)
  }

  async #queryMessage(request: RemotingCommand): Promise<RemotingCommand> {
    const header = QueryMessageRequestHeader.decode(request.extFields)
    const { topic, key, beginTimestamp, endTimestamp } = header
    if (header.maxNum < 0) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, `Illegal Capacity: ${header.maxNum}`)
    }
    const isUniqueKey = request.extFields?.[UNIQUE_MSG_QUERY_FLAG] === 'true'
    const maxNum = isUniqueKey ? this.#storeConfig.defaultQueryMaxNum : header.maxNum
    const found = await this.#messageStore.queryMessage(
      topic,
      key,
      maxNum,
      beginTimestamp,
      endTimestamp,
    )
    const { records, indexLastUpdateTimestamp, indexLastUpdatePhyoffset } = found
    const response = RemotingCommand.response(
      ResponseCode.SUCCESS,
      undefined,
      QueryMessageResponseHeader.encode({ indexLastUpdateTimestamp, indexLastUpdatePhyoffset }),
    )
    response.bodySlices = records
    if (records.length === 0) {
      response.code = ResponseCode.QUERY_NOT_FOUND
      response.remark = 'can not find message, maybe time range not correct'
    }
    return response
  }

  async #viewMessageById(request: RemotingCommand): Promise<RemotingCommand> {
    const { offset } = ViewMessageRequestHeader.decode(request.extFields)
    const record = await this.#messageStore.selectOneMessageByOffset(offset)
    if (record === undefined) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `can not find message by the offset, ${offset}`,
      )
    }
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, record)
  }
}
