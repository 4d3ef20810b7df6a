import { LanguageCode } from './language-code.ts'
import { CURRENT_VERSION } from './mq-version.ts'

/** Custom header fields as they travel: every value is text. Source: remoting.protocol.RemotingCommand#extFields */
export type ExtFields = Record<string, string>

/**
 * The remark that Apache's servers give a response when they make it, and forget in some answers of success.
 * Source: remoting.protocol.RemotingCommand#createResponseCommand
 */
export const NOT_SET_REMARK = 'not set any response code'

const RESPONSE_FLAG = 1
const ONEWAY_FLAG = 2

/** How the header is written. Source: remoting.protocol.SerializeType */
export const SerializeType = { JSON: 0, ROCKETMQ: 1 } as const
export type SerializeType = (typeof SerializeType)[keyof typeof SerializeType]

/**
 * One request or response: header, custom header fields and body.
 *
 * `code` is a RequestCode in a request and a ResponseCode in a response; `opaque` (int32, may be negative) pairs the two.
 * An incoming command has its body in `body`. An outgoing one may give `bodySlices` instead, a list that is written
 * one after the other without being copied together (messages out of the commit log).
 *
 * Apache: remoting.protocol.RemotingCommand
 */
export class RemotingCommand {
  code: number
  language: number = LanguageCode.JAVA
  version = CURRENT_VERSION
  opaque = 0
  flag = 0
  remark: string | undefined
  extFields: ExtFields | undefined
  body: Buffer | undefined
  bodySlices: readonly Buffer[] | undefined
  /** Of a request here: when it came, monotonic milliseconds, if somebody measures; and whether it was held by long polling. */
  processBeginMs = 0
  isSuspended = false

  constructor(code: number, remark?: string, extFields?: ExtFields, body?: Buffer) {
    this.code = code
    this.remark = remark
    this.extFields = extFields
    this.body = body
    this.bodySlices = undefined
  }

  /** A request; the sender gives it its opaque. */
  static request(code: number, extFields?: ExtFields, body?: Buffer): RemotingCommand {
    return new RemotingCommand(code, undefined, extFields, body)
  }

  /** A response; the connection gives it the opaque of the request that it answers. */
  static response(
    code: number,
    remark?: string,
    extFields?: ExtFields,
    body?: Buffer,
  ): RemotingCommand {
    const command = new RemotingCommand(code, remark, extFields, body)
    command.flag = RESPONSE_FLAG
    return command
  }

  get isResponse(): boolean {
    return (this.flag & RESPONSE_FLAG) !== 0
  }

  get isOneway(): boolean {
    return (this.flag & ONEWAY_FLAG) !== 0
  }

  markOneway(): this {
    this.flag |= ONEWAY_FLAG
    return this
  }
}
