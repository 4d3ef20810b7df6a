import { DelayOffsetSerializeWrapper } from '../../../../codec/body/consumer-offset.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import type { MessageRequestModeManager } from '../../loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { ScheduleMessageService } from '../../schedule/schedule-message-service.ts'

export interface SlaveSyncDeps {
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'encode'>
  readonly scheduleMessageService: Pick<ScheduleMessageService, 'encode'>
  readonly messageRequestModeManager: Pick<MessageRequestModeManager, 'encode'>
}

/**
 * State that slaves fetch from their master, as its files hold it: GET_ALL_CONSUMER_OFFSET, GET_ALL_DELAY_OFFSET and
 * GET_ALL_MESSAGE_REQUEST_MODE.
 *
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class SlaveSyncProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.GET_ALL_CONSUMER_OFFSET,
    RequestCode.GET_ALL_DELAY_OFFSET,
    RequestCode.GET_ALL_MESSAGE_REQUEST_MODE,
  ]

  readonly #deps: SlaveSyncDeps

  constructor(deps: SlaveSyncDeps) {
    this.#deps = deps
  }

  process({ code }: RemotingCommand): RemotingCommand {
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, this.#content(code))
  }

  #content(code: number): Buffer {
    const { consumerOffsetManager, scheduleMessageService, messageRequestModeManager } = this.#deps
    switch (code) {
      case RequestCode.GET_ALL_CONSUMER_OFFSET:
        return consumerOffsetManager.encode()
      case RequestCode.GET_ALL_DELAY_OFFSET:
        return DelayOffsetSerializeWrapper.encode(scheduleMessageService.encode())
      default:
        return messageRequestModeManager.encode()
    }
  }
}
