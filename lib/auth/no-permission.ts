import { ResponseCode } from '../../codec/response-code.ts'
import { RemotingError } from '../remoting/index.ts'

/**
 * A request that access control refuses. Source: auth.authentication.exception.AuthenticationException,
 * auth.authorization.exception.AuthorizationException, both answered with NO_PERMISSION
 */
export function noPermission(remark: string): RemotingError {
  return new RemotingError(ResponseCode.NO_PERMISSION, remark)
}
