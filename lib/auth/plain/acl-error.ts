import { ResponseCode } from '../../../codec/response-code.ts'
import { RemotingError } from '../../remoting/index.ts'

/** What is wrong with a request, an account or a file of accounts. Apache: acl.common.AclException */
export class AclError extends Error {
  override readonly name = 'AclError'
}

/**
 * A refused request, with the code and the remark of Apache's brokers but for the line of Java's code in which it was refused:
 * 4.x answers whatever a hook throws with SYSTEM_ERROR. Source: remoting.netty.NettyRemotingAbstract#processRequestCommand
 */
export function aclRefusal(problem: string): RemotingError {
  const remark = `org.apache.rocketmq.acl.common.AclException: ${problem}`
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
