import { ResponseCode } from '../../codec/response-code.ts'
import { RemotingError } from '../remoting/index.ts'

/** What tools are told when users or rights cannot be managed. Source: broker.processor.AdminBrokerProcessor#handleAuthException */
export function systemError(): RemotingError {
  const remark = 'An system error occurred, please try again later.'
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
