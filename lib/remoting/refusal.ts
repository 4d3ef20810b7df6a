import { CodecError } from '../../codec/errors.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { BusyError, UnreadableError } from '../common/errors.ts'
import { RemotingError } from './errors.ts'

/** Source: remoting.netty.NettyRemotingAbstract#processRequestCommand */
export const OVERLOADED = '[OVERLOAD]system busy, start flow control for a while'

/** The answer to a request that failed as foreseen; undefined where only a defect can be the cause. */
export function refusalOf(error: Error): RemotingCommand | undefined {
  if (error instanceof RemotingError) return RemotingCommand.response(error.code, error.message)
  if (error instanceof BusyError) {
    return RemotingCommand.response(ResponseCode.SYSTEM_BUSY, `${OVERLOADED}: ${error.message}`)
  }
  if (error instanceof CodecError || error instanceof UnreadableError) {
    return RemotingCommand.response(ResponseCode.SYSTEM_ERROR, error.message)
  }
  return undefined
}
