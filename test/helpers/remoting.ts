import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import { decodeFrame, encodeFrame, FrameDecoder } from '../../codec/frame.ts'
import type { RemotingCommand, SerializeType } from '../../codec/remoting-command.ts'
import type { RequestChannel, RequestHolder } from '../../lib/remoting/types.ts'
import { FakeChannel } from './fake-channel.ts'

/** A peer that speaks frames over a plain socket and does only what a test tells it. */
export class RawClient {
  readonly socket: Socket
  /** Everything that came and was not asked for by `response`. */
  readonly received: RemotingCommand[] = []
  readonly closed: Promise<void>
  readonly #decoder = new FrameDecoder()
  #waiters: { matches: (command: RemotingCommand) => boolean; resolve: Resolve; reject: Reject }[] =
    []
  #lastOpaque = 0
  #isClosed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => this.#decoder.push(chunk, this.#onFrame))
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#onClose()
        resolve()
      })
    })
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect(port, host)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Sends a command, with a fresh opaque when it is a request without one. Does not wait. */
  send(command: RemotingCommand, type?: SerializeType): void {
    if (!command.isResponse && command.opaque === 0) command.opaque = ++this.#lastOpaque
    this.socket.write(encodeFrame(command, type))
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Sends a request and resolves with its response; rejects when the connection closes before. */
  invoke(request: RemotingCommand, type?: SerializeType): Promise<RemotingCommand> {
    this.send(request, type)
    return this.response(request.opaque)
  }

  response(opaque: number): Promise<RemotingCommand> {
    return this.#next((command) => command.isResponse && command.opaque === opaque)
  }

  /** The next request that the other side sends to us. */
  request(code: number): Promise<RemotingCommand> {
    return this.#next((command) => !command.isResponse && command.code === code)
  }

  async close(): Promise<void> {
    this.socket.destroy()
    await this.closed
  }

  #next(matches: (command: RemotingCommand) => boolean): Promise<RemotingCommand> {
    const index = this.received.findIndex(matches)
    const [there] = index < 0 ? [] : this.received.splice(index, 1)
    if (there !== undefined) return Promise.resolve(there)
    if (this.#isClosed) return Promise.reject(new Error('the connection was closed'))
    return new Promise((resolve, reject) => this.#waiters.push({ matches, resolve, reject }))
  }

  readonly #onFrame = (frame: Buffer): void => {
    const command = decodeFrame(frame)
    const waiter = this.#waiters.find(({ matches }) => matches(command))
    if (waiter === undefined) {
      this.received.push(command)
      return
    }
    this.#waiters = this.#waiters.filter((other) => other !== waiter)
    waiter.resolve(command)
  }

  #onClose(): void {
    this.#isClosed = true
    for (const { reject } of this.#waiters) reject(new Error('the connection was closed'))
  }
}

type Resolve = (command: RemotingCommand) => void
type Reject = (error: Error) => void

/** A channel double that keeps account of requests without an answer, as a connection does. */
export class FakeRequestChannel extends FakeChannel implements RequestChannel {
  readonly held = new Map<RemotingCommand, RequestHolder>()
  readonly #ended = new Set<RemotingCommand>()

  /** The only response so far. @throws Error when there are none or several */
  get response(): RemotingCommand {
    const [response] = this.responses
    if (response === undefined || this.responses.length > 1) {
      throw new Error(`expected one response, there are ${this.responses.length}`)
    }
    return response
  }

  override respond(request: RemotingCommand, response: RemotingCommand): void {
    if (!this.#ended.has(request)) super.respond(request, response)
    this.settle(request)
  }

  hold(request: RemotingCommand, holder: RequestHolder): void {
    if (this.#ended.has(request)) holder.release()
    else this.held.set(request, holder)
  }

  settle(request: RemotingCommand): void {
    this.#ended.add(request)
    this.held.get(request)?.release()
    this.held.delete(request)
  }

  override close(reason: string): void {
    super.close(reason)
    for (const request of [...this.held.keys()]) this.settle(request)
  }
}
