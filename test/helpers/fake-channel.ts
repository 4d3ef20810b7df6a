import { Host } from '../../codec/message/host.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { Channel } from '../../lib/remoting/index.ts'

export interface FakeChannelOptions {
  readonly id?: number
  readonly remoteHost?: Host
  readonly localHost?: Host
  /** Answers requests that the broker sends over this connection. */
  readonly answer?:
    ((request: RemotingCommand) => RemotingCommand | Promise<RemotingCommand>) | undefined
}

/** A connection that keeps what a processor does to it. */
export class FakeChannel implements Channel {
  readonly id: number
  readonly remoteHost: Host
  readonly localHost: Host
  isOpen = true
  closeReason: string | undefined
  readonly responses: RemotingCommand[] = []
  readonly invoked: RemotingCommand[] = []
  readonly oneways: RemotingCommand[] = []
  readonly #answer: FakeChannelOptions['answer']

  constructor(options: FakeChannelOptions = {}) {
    this.id = options.id ?? 1
    this.remoteHost = options.remoteHost ?? Host.of('127.0.0.1', 50000 + this.id)
    this.localHost = options.localHost ?? Host.of('127.0.0.1', 10911)
    this.#answer = options.answer
  }

  respond(request: RemotingCommand, response: RemotingCommand): void {
    if (!this.isOpen || request.isOneway) return
    response.opaque = request.opaque
    this.responses.push(response)
  }

  async invoke(request: RemotingCommand): Promise<RemotingCommand> {
    this.invoked.push(request)
    if (this.#answer === undefined) throw new Error('this channel has no answers')
    return this.#answer(request)
  }

  invokeOneway(request: RemotingCommand): void {
    if (this.isOpen) this.oneways.push(request.markOneway())
  }

  close(reason: string): void {
    this.isOpen = false
    this.closeReason ??= reason
  }
}
