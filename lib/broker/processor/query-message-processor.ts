import { ViewMessageRequestHeader } from '../../../codec/header/view-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'

/** VIEW_MESSAGE_BY_ID. Apache: broker.processor.QueryMessageProcessor */
export class QueryMessageProcessor implements RequestProcessor {
  readonly #store: Pick<MessageStore, 'selectOneMessageByOffset'>

  constructor(store: Pick<MessageStore, 'selectOneMessageByOffset'>) {
    this.#store = store
  }

  async process(request: RemotingCommand): Promise<RemotingCommand> {
    const { offset } = ViewMessageRequestHeader.decode(request.extFields)
    const record = await this.#store.selectOneMessageByOffset(offset)
    if (record === undefined) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `can not find message by the offset, ${offset}`,
      )
    }
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, record)
  }
}
