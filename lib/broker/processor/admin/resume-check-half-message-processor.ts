import { ResumeCheckHalfMessageRequestHeader } from '../../../../codec/header/resume-check-half-message.ts'
import { decodeOffsetMsgId } from '../../../../codec/message/message-id.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { MessageStore, PutMessageResult } from '../../../store/types.ts'
import { resumedHalfMessageInner } from '../../transaction/half-message.ts'

/**
 * RESUME_CHECK_HALF_MESSAGE: a message that was given up goes back into the half topic, and its producer is asked again.
 * As with Apache, nobody checks that it was a half message.
 *
 * Apache: broker.processor.AdminBrokerProcessor#resumeCheckHalfMessage
 */
export class ResumeCheckHalfMessageProcessor implements RequestProcessor {
  readonly #messageStore: MessageStore
  readonly #logger: Logger

  constructor(messageStore: MessageStore, logger: Logger) {
    this.#messageStore = messageStore
    this.#logger = logger
  }

  async process(request: RemotingCommand): Promise<RemotingCommand> {
    const { msgId } = ResumeCheckHalfMessageRequestHeader.decode(request.extFields)
    const { status, appended } = await this.#resume(msgId ?? '')
    this.#logger.info({ msgId, status }, 'half message put back')
    if (appended !== undefined) return RemotingCommand.response(ResponseCode.SUCCESS)
    const remark = 'Put message back to RMQ_SYS_TRANS_HALF_TOPIC failed.'
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
  }

  async #resume(msgId: string): Promise<PutMessageResult> {
    try {
      const { commitLogOffset } = decodeOffsetMsgId(msgId)
      const message = await this.#messageStore.lookMessageByOffset(commitLogOffset)
      if (message === undefined) throw new Error(`no message at ${commitLogOffset}`)
      return await new Promise((resolve) => {
        this.#messageStore.putMessage(resumedHalfMessageInner(message), resolve)
      })
    } catch (error) {
      this.#logger.warn({ err: error, msgId }, 'half message cannot be put back')
      const remark = 'Exception was thrown when putting message back to RMQ_SYS_TRANS_HALF_TOPIC.'
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
  }
}
