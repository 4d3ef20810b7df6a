import { DelayOffsetSerializeWrapper } from '../../../../codec/body/consumer-offset.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { MessageRequestModeManager } from '../../loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { TimerMessageStore } from '../../../store/timer/timer-message-store.ts'
import type { ScheduleMessageService } from '../../schedule/schedule-message-service.ts'

export interface SlaveSyncDeps {
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'encode'>
  readonly scheduleMessageService: Pick<ScheduleMessageService, 'encode'>
  readonly messageRequestModeManager: Pick<MessageRequestModeManager, 'encode'>
  /** Ends what this broker does in its master's place, if it does. */
  readonly handOver: () => Promise<void>
  /** undefined without a timer wheel. */
  readonly timerMessageStore: Pick<TimerMessageStore, 'encodeCheckpoint' | 'metrics'> | undefined
}

/**
 * State that slaves fetch from their master, as its files hold it: GET_ALL_CONSUMER_OFFSET, GET_ALL_DELAY_OFFSET,
 * GET_ALL_MESSAGE_REQUEST_MODE, GET_TIMER_CHECK_POINT and GET_TIMER_METRICS.
 *
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class SlaveSyncProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.GET_ALL_CONSUMER_OFFSET,
    RequestCode.GET_ALL_DELAY_OFFSET,
    RequestCode.GET_ALL_MESSAGE_REQUEST_MODE,
    RequestCode.GET_TIMER_CHECK_POINT,
    RequestCode.GET_TIMER_METRICS,
  ]

  readonly #deps: SlaveSyncDeps

  constructor(deps: SlaveSyncDeps) {
    this.#deps = deps
  }

  process({ code }: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    return code === RequestCode.GET_ALL_DELAY_OFFSET ? this.#handOver() : this.#answer(code)
  }

  /** Of a slave that acts as master only the master asks this, before the rest of what it takes over. */
  async #handOver(): Promise<RemotingCommand> {
    await this.#deps.handOver()
    return this.#answer(RequestCode.GET_ALL_DELAY_OFFSET)
  }

  #answer(code: number): RemotingCommand {
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, this.#content(code))
  }

  #content(code: number): Buffer {
    const { consumerOffsetManager, scheduleMessageService, messageRequestModeManager } = this.#deps
    switch (code) {
      case RequestCode.GET_ALL_CONSUMER_OFFSET:
        return consumerOffsetManager.encode()
      case RequestCode.GET_ALL_DELAY_OFFSET:
        return DelayOffsetSerializeWrapper.encode(scheduleMessageService.encode())
      case RequestCode.GET_TIMER_CHECK_POINT:
        return this.#timers('The checkpoint is null').encodeCheckpoint()
      case RequestCode.GET_TIMER_METRICS:
        return this.#timers('The timer message store is null').metrics.encode()
      default:
        return messageRequestModeManager.encode()
    }
  }

  /** @throws RemotingError without a timer wheel */
  #timers(missing: string): Pick<TimerMessageStore, 'encodeCheckpoint' | 'metrics'> {
    const { timerMessageStore } = this.#deps
    if (timerMessageStore !== undefined) return timerMessageStore
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, missing)
  }
}
