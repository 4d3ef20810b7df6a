import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import type { ResponseCode } from '../../../../codec/response-code.ts'

/** Who forbids a pull. Source: remoting.protocol.ForbiddenType */
export const ForbiddenType = {
  BROKER_FORBIDDEN: 1,
  GROUP_FORBIDDEN: 2,
  TOPIC_FORBIDDEN: 3,
  BROADCASTING_DISABLE_FORBIDDEN: 4,
  SUBSCRIPTION_FORBIDDEN: 5,
} as const
export type ForbiddenType = (typeof ForbiddenType)[keyof typeof ForbiddenType]

/** A pull that is answered before the store is asked. Unlike a RemotingError it may say in the header who forbids it. */
export class PullRefused extends Error {
  override readonly name = 'PullRefused'
  readonly code: ResponseCode
  readonly forbiddenType: ForbiddenType | undefined

  constructor(code: ResponseCode, remark: string, forbiddenType?: ForbiddenType) {
    super(remark)
    this.code = code
    this.forbiddenType = forbiddenType
  }

  toResponse(): RemotingCommand {
    const fields =
      this.forbiddenType === undefined ? undefined : { forbiddenType: String(this.forbiddenType) }
    return RemotingCommand.response(this.code, this.message, fields)
  }
}
