import {
  ConsumerOffsetSerializeWrapper,
  DelayOffsetSerializeWrapper,
} from '../../../codec/body/consumer-offset.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { ScheduleMessageService } from '../schedule/schedule-message-service.ts'

export interface SyncMetadataReverseDeps {
  /** Asks another broker. @throws (rejects) RemotingError when it does not answer */
  readonly invoke: (address: string, request: RemotingCommand) => Promise<RemotingCommand>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly scheduleMessageService: ScheduleMessageService
  /** undefined without a timer wheel. */
  readonly timerMessageStore: Pick<TimerMessageStore, 'takeOverCheckpoint'> | undefined
}

/**
 * A master that comes back takes over the offsets of consumers and of delay levels, and how far timers have come, of a slave that may
 * have acted in its place, as far as the slave has come further.
 *
 * Rejects when the slave does not answer, or not what it should.
 *
 * Source: broker.BrokerPreOnlineService#syncMetadataReverse
 */
export async function syncMetadataReverse(
  deps: SyncMetadataReverseDeps,
  slaveAddr: string,
): Promise<void> {
  const { consumerOffsetManager, scheduleMessageService, timerMessageStore } = deps
  const fetch = async (code: number): Promise<Buffer | undefined> => {
    const response = await deps.invoke(slaveAddr, RemotingCommand.request(code))
    if (response.code === ResponseCode.SUCCESS) return response.body
    throw new RemotingError(response.code as ResponseCode, response.remark ?? 'no remark')
  }
  const delays = DelayOffsetSerializeWrapper.decode(await fetch(RequestCode.GET_ALL_DELAY_OFFSET))
  const consumers = ConsumerOffsetSerializeWrapper.decode(
    await fetch(RequestCode.GET_ALL_CONSUMER_OFFSET),
  )
  const timers =
    timerMessageStore === undefined ? undefined : await fetch(RequestCode.GET_TIMER_CHECK_POINT)
  scheduleMessageService.takeOverReverse(delays)
  consumerOffsetManager.takeOverReverse(consumers)
  if (timers !== undefined) timerMessageStore?.takeOverCheckpoint(timers)
}
