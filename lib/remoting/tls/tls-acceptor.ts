import type { Socket } from 'node:net'
import type { TlsOptions, TLSSocket } from 'node:tls'
import { createServer } from 'node:tls'

/** Who waits for the end of a handshake. One of the two is called, once, unless the connection closes before. */
export interface TlsHandshakeListener {
  onSecure(socket: TLSSocket): void
  onFailure(error: Error): void
}

/**
 * Makes connections TLS with one key and certificate, which are parsed once. A handshake costs about a millisecond: one is begun in
 * a turn of the event loop, so that many at a time do not keep others waiting.
 */
export class TlsAcceptor {
  /** It does not listen: it is given connections, and checks the certificates of their peers. */
  readonly #server
  readonly #listeners = new Map<string, TlsHandshakeListener>()
  #waiting: Socket[] = []

  /** @throws Error when key and certificate do not fit together */
  constructor(options: TlsOptions) {
    this.#server = createServer(options)
    this.#server.on('secureConnection', (socket) => this.#take(socket)?.onSecure(socket))
    this.#server.on('tlsClientError', (error, socket) => this.#take(socket)?.onFailure(error))
  }

  accept(socket: Socket, listener: TlsHandshakeListener): void {
    const key = keyOf(socket)
    this.#listeners.set(key, listener)
    socket.once('close', () => {
      if (this.#listeners.get(key) === listener) this.#listeners.delete(key)
    })
    this.#waiting.push(socket)
    if (this.#waiting.length === 1) setImmediate(this.#next)
  }

  readonly #next = (): void => {
    const socket = this.#waiting.shift()
    if (this.#waiting.length > 0) setImmediate(this.#next)
    if (socket !== undefined && !socket.destroyed) this.#server.emit('connection', socket)
  }

  #take(socket: Socket): TlsHandshakeListener | undefined {
    const key = keyOf(socket)
    const listener = this.#listeners.get(key)
    this.#listeners.delete(key)
    return listener
  }
}

/** The same for a connection and for the TLS socket on it, which do not know of each other. */
function keyOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`
}
