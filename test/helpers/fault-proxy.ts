import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

interface Pair {
  readonly client: Socket
  readonly server: Socket
  /** Bytes that the server has sent on this connection. */
  sent: number
}

/** A network that fails on demand, between clients and the server behind it. Call `close` in `afterEach`. */
export class FaultProxy {
  readonly #target: () => number
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #isPartitioned = false
  #isRefusing = false
  #resetAfterBytes = Infinity
  /** Largest piece that goes on to the client. */
  #pieceBytes = Infinity
  #connections = 0

  /** `target` is the server's port on 127.0.0.1, looked up at each connection. */
  constructor(target: () => number) {
    this.#target = target
    this.#server = createServer((client) => this.#accept(client))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Connections that were made so far. */
  get connections(): number {
    return this.#connections
  }

  /** Nothing arrives any more on either side, and neither is told. */
  partition(): void {
    this.#isPartitioned = true
    for (const { client, server } of this.#pairs) {
      client.pause()
      server.pause()
    }
  }

  /** Clients are refused from now on; connections that stand are left alone. */
  refuse(): void {
    this.#isRefusing = true
  }

  /** Cuts the connection off after so many bytes from the server, and each further one. */
  resetAfter(bytes: number): void {
    this.#resetAfterBytes = bytes
    for (const pair of this.#pairs) pair.sent = 0
  }

  /** What the server sends goes on in pieces of this size. */
  cutIntoPieces(bytes: number): void {
    this.#pieceBytes = bytes
  }

  /** The server sees the connection closed, the client hears nothing of it. */
  halfOpen(): void {
    for (const { client, server } of this.#pairs) {
      client.pause()
      server.destroy()
    }
  }

  /** All connections are cut. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }

  /** The network works again; what was cut off stays so. */
  heal(): void {
    this.#isPartitioned = this.#isRefusing = false
    this.#resetAfterBytes = this.#pieceBytes = Infinity
    for (const { client, server } of this.#pairs) {
      client.resume()
      server.resume()
    }
  }

  async close(): Promise<void> {
    this.reset()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.resetAndDestroy()
      return
    }
    this.#connections++
    const server = connect(this.#target(), '127.0.0.1')
    const pair: Pair = { client, server, sent: 0 }
    this.#pairs.add(pair)
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => this.#toClient(pair, bytes))
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => {
        if (other.destroyed) this.#pairs.delete(pair)
        if (!this.#isPartitioned && !other.isPaused()) other.destroy()
      })
    }
    if (this.#isPartitioned) this.partition()
  }

  #toClient(pair: Pair, bytes: Buffer): void {
    const left = this.#resetAfterBytes - pair.sent
    pair.sent += bytes.length
    const passed = bytes.subarray(0, Math.max(left, 0))
    for (let at = 0; at < passed.length; at += this.#pieceBytes) {
      pair.client.write(passed.subarray(at, at + this.#pieceBytes))
    }
    if (passed.length < bytes.length) {
      pair.client.destroySoon()
      pair.server.destroy()
    }
  }
}
