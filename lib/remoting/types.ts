import type { Host } from '../../codec/message/host.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'

/**
 * One connection as processors see it: requests may go in both directions over it.
 * Apache: a netty Channel plus remoting.netty.NettyRemotingAbstract's invoke methods
 */
export interface Channel {
  /** Unique among the servers that share a RequestDispatcher, for its lifetime; for maps and logs. */
  readonly id: number
  readonly remoteHost: Host
  /** The address by which the peer reached us. */
  readonly localHost: Host
  readonly isOpen: boolean
  /**
   * Answers `request`. Does nothing when the request is one-way or answered already, or the connection has gone. Answers
   * given in one turn of the event loop leave in one write.
   */
  respond(request: RemotingCommand, response: RemotingCommand): void
  /**
   * Sends a request over this connection and resolves with the answer, whatever its code.
   * @throws RemotingError (rejects) when the connection closes or `timeoutMs` pass
   */
  invoke(request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>
  /** Sends a request that gets no answer. Does nothing when the connection has gone. */
  invokeOneway(request: RemotingCommand): void
  /** Closes the connection; the reason goes to the log. Idempotent. */
  close(reason: string): void
}

/**
 * Handles the requests of some request codes. Returns the response, or undefined when it will call
 * `channel.respond` itself, later: every request that is not one-way must be answered at some time, because it takes
 * one of the places of its ProcessorGroup until then. What it throws becomes a response: a RemotingError its own code
 * and remark, a CodecError (bad field) SYSTEM_ERROR with the remark, anything else SYSTEM_ERROR and a log line.
 *
 * Apache: remoting.netty.NettyRequestProcessor
 */
export interface RequestProcessor {
  process(
    request: RemotingCommand,
    channel: Channel,
  ): RemotingCommand | undefined | Promise<RemotingCommand | undefined>
  /** True: the request is refused with SYSTEM_BUSY before it is looked at. */
  rejectRequest?(): boolean
}

/**
 * Sees requests before their processor and answers before they leave. What `doBeforeRequest` throws refuses the request
 * like an error of the processor. Answers that a processor gives later by `channel.respond` do not pass
 * `doAfterResponse`, as in Apache.
 *
 * Apache: remoting.RPCHook
 */
export interface RpcHook {
  doBeforeRequest(request: RemotingCommand, channel: Channel): void
  doAfterResponse?(request: RemotingCommand, response: RemotingCommand, channel: Channel): void
}

/** Told of each request that comes, and of the answer to it, before it leaves; one-way requests may have one too. */
export interface AnswerListener {
  onRequest(request: RemotingCommand): void
  onAnswer(request: RemotingCommand, response: RemotingCommand): void
}

/** Told of connections. Apache: remoting.ChannelEventListener */
export interface ChannelEventListener {
  onChannelConnect?(channel: Channel): void
  onChannelClose?(channel: Channel): void
}

/** Who waits for the end of a request: its place in a bound is free again. */
export interface RequestHolder {
  /** True for requests that wait for something to happen (long polling): a server that stops does not wait for them. */
  readonly longPolling: boolean
  /** Called once: the request was answered, or its connection has closed. */
  release(): void
}

/** The side of a channel that only the dispatcher uses: it keeps account of requests without an answer. */
export interface RequestChannel extends Channel {
  /** Binds `holder` to `request`; released at once when the request has been answered already. */
  hold(request: RemotingCommand, holder: RequestHolder): void
  /** Ends a request to which no answer goes. */
  settle(request: RemotingCommand): void
}
