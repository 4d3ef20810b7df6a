import type { Socket } from 'node:net'
import { CodecError } from '../../codec/errors.ts'
import { bodyLength, decodeFrame, encodeFrameHead } from '../../codec/frame.ts'
import { Host } from '../../codec/message/host.ts'
import { RemotingCommand, SerializeType } from '../../codec/remoting-command.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import type { Clock } from '../common/clock.ts'
import { errorCode, toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import { ActivityWatch } from './activity-watch.ts'
import { HeldRequests } from './held-requests.ts'
import { IncomingFrames } from './incoming-frames.ts'
import type { ConnectionLimits } from './limits.ts'
import type { MemoryGuard, MemoryShare } from './memory-guard.ts'
import { OutgoingQueue } from './outgoing-queue.ts'
import { PendingCalls, sendError } from './pending-calls.ts'
import { OVERLOADED } from './refusal.ts'
import { ReadPace } from './read-pace.ts'
import type { RequestDispatcher } from './request-dispatcher.ts'
import type { Sweepable } from './sweeper.ts'
import type { Turns } from './turns.ts'
import type { RequestChannel, RequestHolder } from './types.ts'

/** Binary headers have room for an int16 only. */
const MAX_BINARY_CODE = 32_767

export interface ConnectionOptions {
  readonly dispatcher: RequestDispatcher
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ConnectionLimits
  readonly memory: MemoryGuard
  readonly turns: Turns
  readonly serializeType: SerializeType
  /** Called once, when the connection is of no use any more; its socket may take a moment longer. */
  readonly onClose: (connection: Connection) => void
  /** The peer behind a proxy, when that told of it. */
  readonly source: Host | undefined
}

/**
 * One TCP connection, of a server or a client: cuts frames, hands requests to the dispatcher and answers to the calls
 * that wait for them, gathers what is written, and keeps the peer within its limits.
 *
 * Apache: the handlers of remoting.netty.NettyRemotingServer and NettyRemotingClient
 */
export class Connection implements RequestChannel, Sweepable {
  readonly id: number
  readonly remoteHost: Host
  readonly localHost: Host
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #incoming: IncomingFrames
  readonly #pace: ReadPace
  readonly #outgoing: OutgoingQueue
  readonly #calls: PendingCalls
  /** Requests of the peer that wait for their answer. */
  readonly #held: HeldRequests
  readonly #memory: MemoryShare
  readonly #watch: ActivityWatch
  /** The request that is being dispatched, until it is answered. */
  #current: RemotingCommand | undefined
  /** Answers are flushed by whoever set this, so that they leave together. */
  #gathering = false
  #draining = false
  #closed = false

  /** @throws CodecError when the socket has no address any more */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.id = options.dispatcher.nextChannelId()
    this.remoteHost = options.source ?? Host.of(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    this.localHost = Host.of(socket.localAddress ?? '', socket.localPort ?? 0)
    this.#socket = socket
    this.#options = options
    const { memory } = options
    this.#held = new HeldRequests((change) => memory.addRequestBytes(change))
    this.#memory = memory.join((reason) => this.#closeWith('warn', reason))
    this.#incoming = new IncomingFrames(socket, options.limits.frameMaxLength, this.#onFrame)
    this.#outgoing = new OutgoingQueue(socket, this.#onProgress)
    this.#pace = new ReadPace(this.#incoming, options.turns, {
      mayGoOn: () => this.#mayGoOn(),
      goOn: () => this.#gather(() => this.#incoming.resume()),
    })
    this.#calls = new PendingCalls(this.remoteHost.toString())
    this.#watch = new ActivityWatch(options.limits, options.clock.monotonic())
    socket.on('data', this.#onData)
    socket.on('end', () => this.#closeWith('debug', 'closed by the peer'))
    socket.on('error', (error) => this.#closeWith('debug', errorCode(error) ?? error.message))
    socket.on('close', () => this.#closeWith('debug', 'closed'))
  }

  get isOpen(): boolean {
    return !this.#closed
  }

  /** Bytes of answers and requests that the peer has not taken yet. */
  get unwrittenBytes(): number {
    return this.#outgoing.unwrittenBytes
  }

  get requestsInFlight(): number {
    return this.#held.size
  }

  get isReading(): boolean {
    return !this.#pace.isHeldBack
  }

  respond(request: RemotingCommand, response: RemotingCommand): void {
    if (!this.#end(request)) return
    this.#options.dispatcher.answered(request, response)
    if (request.isOneway) return
    response.opaque = request.opaque
    response.flag |= 1
    this.#send(response)
  }

  invoke(request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand> {
    const address = this.remoteHost.toString()
    if (this.#closed || this.#draining) return Promise.reject(sendError(address))
    if (this.#calls.size >= this.#options.limits.maxPendingCalls) {
      return Promise.reject(sendError(address, 'too many requests wait for an answer'))
    }
    request.opaque = this.#calls.nextOpaque()
    const answer = this.#calls.add(request.opaque, timeoutMs, this.#options.clock.monotonic())
    this.#send(request)
    return answer
  }

  invokeOneway(request: RemotingCommand): void {
    request.opaque = this.#calls.nextOpaque()
    this.#send(request.markOneway())
  }

  close(reason: string): void {
    this.#closeWith('info', reason)
  }

  hold(request: RemotingCommand, holder: RequestHolder): void {
    if (request !== this.#current) {
      holder.release()
      return
    }
    this.#held.add(request, holder)
    if (this.#held.isFull(this.#options.limits)) this.#pace.holdBack()
  }

  settle(request: RemotingCommand): void {
    this.#end(request)
  }

  /** Takes no more requests and closes once those that run are answered and written; long-polling ones are let go. */
  drain(): void {
    this.#draining = true
    this.#incoming.pause()
    this.#incoming.clear()
    this.#closeWhenDrained()
  }

  sweep(nowMs: number): void {
    if (this.#closed) return
    this.#calls.expire(nowMs)
    const { awaitedFrame } = this.#incoming
    const reason = this.#watch.check(nowMs, this.unwrittenBytes, awaitedFrame)
    if (reason !== undefined) this.#closeWith('warn', reason)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closed) return
    this.#watch.markActive()
    this.#gather(() => {
      this.#incoming.push(chunk)
      this.#pace.spend(chunk.length)
    })
    if (!this.#closed) this.#memory.setPartial(this.#incoming.partialBytes)
  }

  /** Runs what may call `respond` many times, then writes all of it. */
  #gather(action: () => void): void {
    this.#gathering = true
    try {
      action()
    } catch (error) {
      this.#onReadError(toError(error))
    }
    this.#gathering = false
    this.#flush()
  }

  readonly #onFrame = (frame: Buffer): void => {
    if (this.#closed) return
    const command = decodeFrame(frame, this.#options.limits.maxHeaderLength)
    if (!command.isResponse) {
      this.#current = command
      if (command.body !== undefined && this.#options.memory.isFull) this.#refuse(command)
      else this.#options.dispatcher.dispatch(command, this)
      this.#current = undefined
    } else if (!this.#calls.settle(command)) {
      this.#log('debug', { opaque: command.opaque }, 'response that nobody waits for')
    }
  }

  #refuse(request: RemotingCommand): void {
    this.respond(request, RemotingCommand.response(ResponseCode.SYSTEM_BUSY, OVERLOADED))
  }

  #onReadError(error: Error): void {
    if (error instanceof CodecError) this.#closeWith('warn', error.message)
    else {
      this.#log('error', { err: error }, 'reading a request failed')
      this.#closeWith('warn', `${error.name}: ${error.message}`)
    }
  }

  /** Whether `request` was without an answer until now. */
  #end(request: RemotingCommand): boolean {
    const isCurrent = request === this.#current
    if (isCurrent) this.#current = undefined
    if (this.#held.size === 0 || !this.#held.end(request)) return isCurrent
    this.#pace.goOnWhenPossible()
    return true
  }

  #send(command: RemotingCommand): void {
    if (this.#closed) return
    const { serializeType } = this.#options
    const type = command.code > MAX_BINARY_CODE ? SerializeType.JSON : serializeType
    const isWaiting = !this.#gathering && this.#outgoing.unwrittenBytes > 0
    if (!this.#gathering && !isWaiting) queueMicrotask(this.#flush)
    this.#outgoing.push(encodeFrameHead(command, type))
    if (command.bodySlices !== undefined) {
      for (const slice of command.bodySlices) if (slice.length > 0) this.#outgoing.push(slice)
    } else if (command.body !== undefined && command.body.length > 0) {
      this.#outgoing.push(command.body)
    }
    if (this.unwrittenBytes > this.#options.limits.writeBufferHighWaterMark) this.#holdBackOrClose()
    else if (this.#gathering) this.#pace.spend(bodyLength(command))
    // Nothing is flushed, and counted, until the peer reads.
    if (isWaiting) this.#memory.setUnwritten(this.unwrittenBytes)
  }

  /** Above the high-water mark: what the kernel does not take either stops the reading, or ends the connection. */
  #holdBackOrClose(): void {
    this.#outgoing.flush()
    const { writeBufferHighWaterMark, maxUnwrittenBytes } = this.#options.limits
    if (this.unwrittenBytes > maxUnwrittenBytes) {
      this.#closeWith('warn', `the peer does not read, ${this.unwrittenBytes} bytes wait`)
    } else if (this.unwrittenBytes > writeBufferHighWaterMark) {
      this.#pace.holdBack()
    }
  }

  readonly #flush = (): void => {
    if (this.#closed) return
    this.#watch.markActive()
    this.#outgoing.flush()
    this.#onWritten()
  }

  readonly #onProgress = (): void => {
    if (this.#closed) return
    this.#watch.markProgress()
    this.#onWritten()
  }

  #onWritten(): void {
    this.#memory.setUnwritten(this.unwrittenBytes)
    if (this.#closed) return
    if (this.#draining) this.#closeWhenDrained()
    else this.#pace.goOnWhenPossible()
  }

  #mayGoOn(): boolean {
    if (this.#closed || this.#draining) return false
    if (!this.#pace.isHeldBack) return true
    const { limits } = this.#options
    return (
      this.unwrittenBytes <= limits.writeBufferLowWaterMark && !this.#held.isFull(limits, 1 / 2)
    )
  }

  #closeWhenDrained(): void {
    if (this.#held.running > 0) return
    this.#outgoing.flush()
    if (this.unwrittenBytes === 0) this.#closeWith('debug', 'the server stops')
  }

  #closeWith(level: 'debug' | 'info' | 'warn', reason: string): void {
    if (this.#closed) return
    this.#outgoing.flush()
    this.#closed = true
    this.#log(level, { reason }, 'channel closed')
    this.#socket.destroySoon()
    if (this.#outgoing.unwrittenBytes > 0) this.#socket.destroy()
    this.#outgoing.clear()
    this.#incoming.clear()
    this.#options.memory.leave(this.#memory)
    this.#calls.failAll()
    this.#held.endAll()
    this.#options.onClose(this)
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', fields: object, event: string): void {
    this.#options.logger[level](
      { channel: this.id, remote: this.remoteHost.toString(), ...fields },
      event,
    )
  }
}
