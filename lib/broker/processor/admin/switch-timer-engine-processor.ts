import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { MessageStoreConfig } from '../../../config/message-store-config.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'

export interface SwitchTimerEngineDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'timerWheelEnable'>
  readonly configuration: Configuration
}

/** Source: common.message.MessageConst#TIMER_ENGINE_TYPE and those after it */
const ENGINE_TYPE = 'E_T'
const FILE_TIME_WHEEL = 'F'
const ROCKSDB_TIMELINE = 'R'

/**
 * SWITCH_TIMER_ENGINE, since 5.5.0: timers go on in the timer wheel; as in a broker of Apache's that runs without RocksDB there is
 * nothing else to change to.
 *
 * Apache: broker.processor.AdminBrokerProcessor#switchTimerEngine
 */
export class SwitchTimerEngineProcessor implements RequestProcessor {
  readonly #deps: SwitchTimerEngineDeps

  constructor(deps: SwitchTimerEngineDeps) {
    this.#deps = deps
  }

  process({ extFields }: RemotingCommand): RemotingCommand {
    if (!this.#deps.storeConfig.timerWheelEnable) refuse('broker timerWheelEnable is false')
    if (extFields === undefined) refuse('param error, extFields is null')
    const engine = extFields[ENGINE_TYPE]
    if (engine === ROCKSDB_TIMELINE) {
      refuse('timerRocksDBEnable must be configured true when broker start')
    }
    if (engine !== FILE_TIME_WHEEL) refuse('param error')
    this.#deps.configuration.update(new Map([['timerStopEnqueue', 'false']]))
    return RemotingCommand.response(ResponseCode.SUCCESS, 'switch timer engine success')
  }
}

function refuse(remark: string): never {
  throw new RemotingError(ResponseCode.INVALID_PARAMETER, remark)
}
