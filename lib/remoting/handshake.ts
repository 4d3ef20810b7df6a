import type { Socket } from 'node:net'
import type { Host } from '../../codec/message/host.ts'
import type { Clock } from '../common/clock.ts'
import { errorCode, toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import { readProxyHeader } from './proxy-protocol.ts'
import type { Sweepable } from './sweeper.ts'
import type { TlsAcceptor } from './tls/tls-acceptor.ts'
import type { TlsServerContext } from './tls/tls-server-context.ts'

/** First byte of a TLS handshake record. A frame cannot start with it: its length would be over 350 MB. */
const TLS_HANDSHAKE = 0x16
/** Source: netty's SslHandler */
const TLS_TIMEOUT_MS = 10_000

export interface HandshakeOptions {
  /** undefined: plain connections only. */
  readonly tls: TlsServerContext | undefined
  /** A peer that says nothing for so long is not waited for. */
  readonly maxIdleMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** The connection is ready for frames; `source` is the peer behind a proxy that told of it. */
  readonly onReady: (socket: Socket, source: Host | undefined) => void
  /** Called once, after `onReady` or when the connection has ended before. */
  readonly onEnd: (handshake: Handshake) => void
}

/**
 * An accepted connection until its first frame: its first bytes say whether a proxy speaks for somebody and whether what
 * follows is TLS.
 *
 * Apache: remoting.netty.NettyRemotingServer, HandshakeHandler and TlsModeHandler
 */
export class Handshake implements Sweepable {
  readonly #socket: Socket
  /** What to destroy: inside an event of the TLS socket, the plain one must not go away under it. */
  #outermost: Socket
  readonly #options: HandshakeOptions
  #deadlineMs: number
  #bytes: Buffer | undefined
  #proxyHeaderSeen = false
  #source: Host | undefined
  #ended = false

  constructor(socket: Socket, options: HandshakeOptions) {
    this.#socket = socket
    this.#outermost = socket
    this.#options = options
    this.#deadlineMs = options.clock.monotonic() + options.maxIdleMs
    socket.on('data', this.#onData)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  sweep(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) this.fail('debug', 'the peer says nothing')
  }

  fail(level: 'debug' | 'warn', reason: string): void {
    if (this.#ended) return
    const { remoteAddress = 'gone', remotePort = 0 } = this.#socket
    const remote = this.#source?.toString() ?? `${remoteAddress}:${remotePort}`
    this.#options.logger[level]({ remote, reason }, 'channel closed')
    this.#end()
    this.#outermost.on('error', () => undefined)
    this.#outermost.destroy()
  }

  readonly #onError = (error: Error): void => {
    this.fail('debug', errorCode(error) ?? error.message)
  }

  readonly #onClose = (): void => this.fail('debug', 'closed by the peer')

  readonly #onData = (chunk: Buffer): void => {
    const bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk])
    this.#bytes = undefined
    try {
      this.#decide(bytes)
    } catch (error) {
      this.fail('warn', toError(error).message)
    }
  }

  #decide(received: Buffer): void {
    const bytes = this.#proxyHeaderSeen ? received : this.#takeProxyHeader(received)
    if (bytes === undefined || bytes.length === 0) return
    const mode = this.#options.tls?.mode ?? 'disabled'
    if (bytes[0] === TLS_HANDSHAKE) {
      if (mode === 'disabled') this.fail('warn', 'the peer speaks TLS, this port does not')
      else void this.#secure(bytes)
    } else if (mode === 'enforcing') {
      this.fail('warn', 'the peer does not speak TLS, tls.server.mode=enforcing demands it')
    } else this.#ready(this.#socket, bytes)
  }

  /** What follows the header; undefined: the header is not complete. */
  #takeProxyHeader(bytes: Buffer): Buffer | undefined {
    const header = readProxyHeader(bytes)
    if (header === 'partial') {
      this.#bytes = bytes
      return undefined
    }
    this.#proxyHeaderSeen = true
    if (header === 'none') return bytes
    this.#source = header.source
    return bytes.subarray(header.length)
  }

  async #secure(bytes: Buffer): Promise<void> {
    this.#deadlineMs = this.#options.clock.monotonic() + TLS_TIMEOUT_MS
    this.#socket.off('data', this.#onData)
    this.#socket.pause()
    try {
      const acceptor = await this.#options.tls?.current()
      if (this.#ended) return
      if (acceptor === undefined) this.fail('warn', 'the peer speaks TLS, no certificate is set')
      else this.#startTls(acceptor, bytes)
    } catch (error) {
      this.fail('warn', `TLS: ${toError(error).message}`)
    }
  }

  #startTls(acceptor: TlsAcceptor, bytes: Buffer): void {
    this.#socket.unshift(bytes)
    acceptor.accept(this.#socket, {
      onFailure: (error) => this.fail('warn', `TLS: ${errorCode(error) ?? error.message}`),
      onSecure: (secure) => {
        this.#outermost = secure
        const refusal = this.#options.tls?.refusal(secure)
        if (refusal === undefined) this.#ready(secure)
        else this.fail('warn', `TLS: the client is refused: ${refusal}`)
      },
    })
  }

  #ready(socket: Socket, bytes?: Buffer): void {
    if (this.#ended) return
    this.#end()
    this.#options.onReady(socket, this.#source)
    if (bytes !== undefined) socket.unshift(bytes)
  }

  #end(): void {
    this.#ended = true
    this.#socket.off('data', this.#onData)
    this.#socket.off('error', this.#onError)
    this.#socket.off('close', this.#onClose)
    this.#options.onEnd(this)
  }
}
