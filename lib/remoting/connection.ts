import type { Socket } from 'node:net'
import { CodecError } from '../../codec/errors.ts'
import { decodeFrame, encodeFrameHead, FrameDecoder } from '../../codec/frame.ts'
import { Host } from '../../codec/message/host.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import { SerializeType } from '../../codec/remoting-command.ts'
import type { Clock } from '../common/clock.ts'
import { errorCode, toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import type { ConnectionLimits } from './limits.ts'
import { OutgoingQueue } from './outgoing-queue.ts'
import { PendingCalls, sendError } from './pending-calls.ts'
import type { RequestDispatcher } from './request-dispatcher.ts'
import type { Sweepable } from './sweeper.ts'
import type { RequestChannel, RequestHolder } from './types.ts'

/** First byte of a TLS handshake record. A plain frame cannot start with it: its length would be over 350 MB. */
const TLS_HANDSHAKE = 0x16
/** Binary headers have room for an int16 only. */
const MAX_BINARY_CODE = 32_767

export interface ConnectionOptions {
  readonly dispatcher: RequestDispatcher
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ConnectionLimits
  readonly serializeType: SerializeType
  /** Called once, when the connection is of no use any more; its socket may take a moment longer. */
  readonly onClose: (connection: Connection) => void
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
  readonly #decoder: FrameDecoder
  readonly #outgoing: OutgoingQueue
  readonly #calls: PendingCalls
  /** Requests of the peer that wait for their answer. */
  readonly #held = new Map<RemotingCommand, RequestHolder>()
  #heldForLong = 0
  /** The request that is being dispatched, until it is answered. */
  #current: RemotingCommand | undefined
  /** Frames that were in the last chunk when reading paused. */
  #deferred: Buffer[] = []
  #paused = false
  #resumeScheduled = false
  /** Answers are flushed by whoever set this, so that they leave together. */
  #gathering = false
  #draining = false
  #closed = false
  #receivedAny = false
  #active = true
  #lastActiveMs: number
  #progressed = true
  #lastProgressMs: number

  /** @throws CodecError when the socket has no address any more */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.id = options.dispatcher.nextChannelId()
    this.remoteHost = Host.of(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    this.localHost = Host.of(socket.localAddress ?? '', socket.localPort ?? 0)
    this.#socket = socket
    this.#options = options
    this.#decoder = new FrameDecoder(options.limits.frameMaxLength)
    this.#outgoing = new OutgoingQueue(socket, this.#onProgress)
    this.#calls = new PendingCalls(this.remoteHost.toString())
    this.#lastActiveMs = this.#lastProgressMs = options.clock.monotonic()
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
    return !this.#paused
  }

  respond(request: RemotingCommand, response: RemotingCommand): void {
    if (!this.#end(request) || request.isOneway) return
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
    this.#held.set(request, holder)
    if (holder.longPolling) this.#heldForLong++
    if (this.#held.size >= this.#options.limits.maxRequestsInFlight) this.#pause()
  }

  settle(request: RemotingCommand): void {
    this.#end(request)
  }

  /** Takes no more requests and closes once those that run are answered and written; long-polling ones are let go. */
  drain(): void {
    this.#draining = true
    this.#pause()
    this.#deferred = []
    this.#closeWhenDrained()
  }

  sweep(nowMs: number): void {
    if (this.#closed) return
    const { limits } = this.#options
    this.#calls.expire(nowMs)
    if (this.#active) this.#lastActiveMs = nowMs
    else if (nowMs - this.#lastActiveMs >= limits.maxIdleMs) {
      this.#closeWith('info', `idle for ${limits.maxIdleMs / 1000} s`)
      return
    }
    this.#active = false
    if (this.#progressed || this.unwrittenBytes === 0) this.#lastProgressMs = nowMs
    else if (nowMs - this.#lastProgressMs >= limits.writeStallMs) {
      this.#closeWith(
        'warn',
        `the peer has read nothing for ${limits.writeStallMs / 1000} s, ${this.unwrittenBytes} bytes wait`,
      )
    }
    this.#progressed = false
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closed) return
    this.#active = true
    if (!this.#receivedAny) {
      this.#receivedAny = true
      if (chunk[0] === TLS_HANDSHAKE) {
        this.#closeWith('warn', 'the peer speaks TLS, this port does not')
        return
      }
    }
    this.#gather(() => this.#decoder.push(chunk, this.#onFrame))
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
    if (this.#paused) {
      this.#deferred.push(frame)
      return
    }
    const command = decodeFrame(frame)
    if (!command.isResponse) {
      this.#current = command
      this.#options.dispatcher.dispatch(command, this)
      this.#current = undefined
    } else if (!this.#calls.settle(command)) {
      this.#log('debug', { opaque: command.opaque }, 'response that nobody waits for')
    }
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
    if (this.#held.size === 0) return isCurrent
    const holder = this.#held.get(request)
    if (holder === undefined) return isCurrent
    this.#held.delete(request)
    if (holder.longPolling) this.#heldForLong--
    holder.release()
    if (this.#paused) this.#resumeWhenPossible()
    return true
  }

  #send(command: RemotingCommand): void {
    if (this.#closed) return
    const { serializeType } = this.#options
    const type = command.code > MAX_BINARY_CODE ? SerializeType.JSON : serializeType
    if (!this.#gathering && this.#outgoing.unwrittenBytes === 0) queueMicrotask(this.#flush)
    this.#outgoing.push(encodeFrameHead(command, type))
    if (command.bodySlices !== undefined) {
      for (const slice of command.bodySlices) if (slice.length > 0) this.#outgoing.push(slice)
    } else if (command.body !== undefined && command.body.length > 0) {
      this.#outgoing.push(command.body)
    }
    if (this.unwrittenBytes > this.#options.limits.writeBufferHighWaterMark) this.#holdBack()
  }

  /** Above the high-water mark: what the kernel does not take either stops the reading, or ends the connection. */
  #holdBack(): void {
    this.#outgoing.flush()
    const { writeBufferHighWaterMark, maxUnwrittenBytes } = this.#options.limits
    if (this.unwrittenBytes > maxUnwrittenBytes) {
      this.#closeWith('warn', `the peer does not read, ${this.unwrittenBytes} bytes wait`)
    } else if (this.unwrittenBytes > writeBufferHighWaterMark) {
      this.#pause()
    }
  }

  readonly #flush = (): void => {
    if (this.#closed) return
    this.#active = true
    this.#outgoing.flush()
    if (this.#draining) this.#closeWhenDrained()
  }

  readonly #onProgress = (): void => {
    if (this.#closed) return
    this.#progressed = true
    this.#active = true
    if (this.#draining) this.#closeWhenDrained()
    else if (this.#paused) this.#resumeWhenPossible()
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  #resumeWhenPossible(): void {
    if (this.#resumeScheduled || this.#draining || !this.#mayResume()) return
    this.#resumeScheduled = true
    // Not at once: the next requests must not be processed inside the answer to another.
    setImmediate(this.#resume)
  }

  #mayResume(): boolean {
    const { writeBufferLowWaterMark, maxRequestsInFlight } = this.#options.limits
    return (
      this.unwrittenBytes <= writeBufferLowWaterMark && this.#held.size <= maxRequestsInFlight / 2
    )
  }

  readonly #resume = (): void => {
    this.#resumeScheduled = false
    if (this.#closed || this.#draining || !this.#mayResume()) return
    this.#paused = false
    const frames = this.#deferred
    this.#deferred = []
    this.#gather(() => frames.forEach(this.#onFrame))
    if (this.isReading) this.#socket.resume()
  }

  #closeWhenDrained(): void {
    if (this.#held.size > this.#heldForLong) return
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
    this.#deferred = []
    this.#calls.failAll()
    for (const holder of this.#held.values()) holder.release()
    this.#held.clear()
    this.#options.onClose(this)
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', fields: object, event: string): void {
    this.#options.logger[level](
      { channel: this.id, remote: this.remoteHost.toString(), ...fields },
      event,
    )
  }
}
