import type { ResponseCode } from '../../codec/response-code.ts'

/**
 * A refusal with the code and the remark that the peer is to see. Thrown by processors; by the client side for a
 * connection that cannot be made, has gone or does not answer in time (with the negative codes of RpcClient).
 */
export class RemotingError extends Error {
  override readonly name = 'RemotingError'
  readonly code: ResponseCode

  constructor(code: ResponseCode, remark: string) {
    super(remark)
    this.code = code
  }
}
