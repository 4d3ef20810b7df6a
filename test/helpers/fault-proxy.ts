import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { SystemClock, type Clock } from '../../lib/common/clock.ts'
import { DelayLine } from './delay-line.ts'

export type Direction = 'toClient' | 'toServer'

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly lines: Readonly<Record<Direction, DelayLine>>
  /** Bytes that the server has sent on this connection. */
  sent: number
}

/** A network that fails on demand, between clients and the server behind it. Call `close` in `afterEach`. */
export class FaultProxy {
  readonly #target: () => number
  readonly #clock: Clock
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #isPartitioned = false
  #isRefusing = false
  #resetAfterBytes = Infinity
  /** Largest piece that goes on to the client. */
  #pieceBytes = Infinity
  #connections = 0
  readonly #delayMs: Record<Direction, number> = { toClient: 0, toServer: 0 }

  /** `target` is the server's port on 127.0.0.1, looked up at each connection. */
  constructor(target: () => number, clock: Clock = new SystemClock()) {
    this.#target = target
    this.#clock = clock
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

  /** What is sent in one direction from now on arrives so much later, in order. */
  delay(direction: Direction, delayMs: number): void {
    this.#delayMs[direction] = delayMs
  }

  /** Bytes that are under way in a direction. */
  delayedBytes(direction: Direction): number {
    return [...this.#pairs].reduce((sum, { lines }) => sum + lines[direction].bytes, 0)
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
    for (const { client, server, lines } of this.#pairs) {
      lines.toClient.drop()
      lines.toServer.drop()
      reset(client)
      reset(server)
    }
  }

  /** The network works again; what was cut off stays so. */
  heal(): void {
    this.#isPartitioned = this.#isRefusing = false
    this.#resetAfterBytes = this.#pieceBytes = Infinity
    this.#delayMs.toClient = this.#delayMs.toServer = 0
    for (const { client, server, lines } of this.#pairs) {
      lines.toClient.release()
      lines.toServer.release()
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
    const lines = {
      toClient: new DelayLine(this.#clock, (bytes) => this.#toClient(pair, bytes)),
      toServer: new DelayLine(this.#clock, (bytes) => server.write(bytes)),
    }
    const pair: Pair = { client, server, lines, sent: 0 }
    this.#pairs.add(pair)
    client.on('data', (bytes) => lines.toServer.push(bytes, this.#delayMs.toServer))
    server.on('data', (bytes) => lines.toClient.push(bytes, this.#delayMs.toClient))
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => {
        lines.toClient.drop()
        lines.toServer.drop()
        if (other.destroyed) this.#pairs.delete(pair)
        if (!this.#isPartitioned && !other.isPaused()) other.destroy()
      })
    }
    if (this.#isPartitioned) this.partition()
  }

  #toClient(pair: Pair, bytes: Buffer): void {
    if (pair.client.writableEnded) return
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

/** Node 20 ends no process in which a socket was reset that was shutting down. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
