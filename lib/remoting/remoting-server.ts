import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { Host } from '../../codec/message/host.ts'
import { errorCode, toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import type { RemotingOptions } from './channel-table.ts'
import { ChannelTable } from './channel-table.ts'
import type { Connection } from './connection.ts'
import { Handshake } from './handshake.ts'
import { LimitedLogger } from './limited-logger.ts'
import type { LimitOptions, Limits } from './limits.ts'
import { limitsOf } from './limits.ts'
import type { RequestDispatcher } from './request-dispatcher.ts'
import type { TlsServerContext } from './tls/tls-server-context.ts'

/** Source: remoting.netty.NettyServerConfig; what concerns threads and netty's buffers has no counterpart. */
export interface RemotingServerConfig extends Omit<LimitOptions, 'maxIdleSeconds'> {
  /** 0: any free port. */
  readonly listenPort: number
  readonly bindAddress?: string
  readonly serverSocketBacklog?: number
  readonly serverChannelMaxIdleTimeSeconds?: number
  /** Connections at a time; more are closed at once. */
  readonly serverMaxConnections?: number
}

export interface RemotingServerOptions extends RemotingOptions {
  readonly config: RemotingServerConfig
  readonly dispatcher: RequestDispatcher
  /** undefined: plain connections only. */
  readonly tls?: TlsServerContext | undefined
  /** How long `stop` waits for running requests and unread answers, in milliseconds. */
  readonly drainTimeoutMs?: number
}

const ANY_ADDRESS = '0.0.0.0'
const DEFAULT_BACKLOG = 1024
const DEFAULT_DRAIN_TIMEOUT_MS = 3000
/** How often the log tells of connections that were too many. */
const DROP_LOG_PERIOD_MS = 10_000

/** Listens for peers and serves their requests. Apache: remoting.netty.NettyRemotingServer */
export class RemotingServer implements Service {
  readonly #options: RemotingServerOptions
  readonly #server: Server
  readonly #channels: ChannelTable
  readonly #handshakes = new Set<Handshake>()
  /** For what peers do. */
  readonly #peerLogger: Logger
  #address: Host | undefined
  #dropped = 0
  #dropLoggedMs = -DROP_LOG_PERIOD_MS
  #stopped: Promise<void> | undefined

  constructor(options: RemotingServerOptions) {
    this.#options = options
    const { config, dispatcher } = options
    this.#peerLogger = new LimitedLogger(options.logger, options.clock)
    this.#channels = new ChannelTable(
      { ...options, logger: this.#peerLogger },
      dispatcher,
      serverLimits(config),
    )
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server.on('drop', () => this.#onDrop())
    this.#limitConnections(config)
  }

  /** Takes over the limits of a configuration that has changed; the rest counts from the next start. */
  setLimits(config: RemotingServerConfig): void {
    this.#channels.setLimits(serverLimits(config))
    this.#limitConnections(config)
  }

  #limitConnections({ serverMaxConnections }: RemotingServerConfig): void {
    if (serverMaxConnections !== undefined) this.#server.maxConnections = serverMaxConnections
  }

  /** Where the server listens, with the real port. @throws Error before `start` */
  get address(): Host {
    if (this.#address === undefined) throw new Error('the remoting server has not been started')
    return this.#address
  }

  get channels(): ReadonlySet<Connection> {
    return this.#channels.connections
  }

  /** @throws Error when the address cannot be listened on */
  async start(): Promise<void> {
    const { config, logger } = this.#options
    const host = config.bindAddress ?? ANY_ADDRESS
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, config.listenPort)))
      this.#server.listen(
        {
          port: config.listenPort,
          backlog: config.serverSocketBacklog ?? DEFAULT_BACKLOG,
          // As Java does: any IPv4 address means any address of both families where the machine has both.
          ...(host !== ANY_ADDRESS && { host }),
        },
        resolve,
      )
    })
    this.#server.removeAllListeners('error')
    this.#server.on('error', (error) => {
      logger.error({ err: error }, 'accepting a connection failed')
    })
    const { address, port } = this.#server.address() as AddressInfo
    this.#address = Host.of(address, port)
    logger.info({ address: this.#address.toString() }, 'remoting server listens')
  }

  /** Accepts no more, lets running requests answer (long-polling ones are let go), then closes all connections. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const { clock, drainTimeoutMs = DEFAULT_DRAIN_TIMEOUT_MS } = this.#options
    const timer = clock.setTimeout(
      () => this.#channels.closeAll('the server stops'),
      drainTimeoutMs,
    )
    for (const handshake of this.#handshakes) handshake.fail('debug', 'the server stops')
    for (const connection of this.#channels.connections) connection.drain()
    await this.#channels.whenEmpty()
    timer.cancel()
    await closed
  }

  #accept(socket: Socket): void {
    const { tls, clock } = this.#options
    const handshake = new Handshake(socket, {
      tls,
      maxIdleMs: this.#channels.limits.maxIdleMs,
      clock,
      logger: this.#peerLogger,
      onReady: (ready, source) => this.#open(ready, source),
      onEnd: (ended) => {
        this.#handshakes.delete(ended)
        this.#channels.sweeper.remove(ended)
      },
    })
    this.#handshakes.add(handshake)
    this.#channels.sweeper.add(handshake)
  }

  #onDrop(): void {
    const { clock, logger } = this.#options
    const nowMs = clock.monotonic()
    this.#dropped++
    if (nowMs - this.#dropLoggedMs < DROP_LOG_PERIOD_MS) return
    const serverMaxConnections = this.#server.maxConnections
    logger.warn({ serverMaxConnections, dropped: this.#dropped }, 'too many connections')
    this.#dropLoggedMs = nowMs
    this.#dropped = 0
  }

  #open(socket: Socket, source: Host | undefined): void {
    try {
      this.#channels.open(socket, { source })
    } catch (error) {
      this.#options.logger.debug({ err: toError(error) }, 'connection was gone when accepted')
      socket.destroy()
    }
  }
}

function serverLimits(config: RemotingServerConfig): Limits {
  return limitsOf({ ...config, maxIdleSeconds: config.serverChannelMaxIdleTimeSeconds })
}

function listenError(error: Error, host: string, port: number): Error {
  const why = errorCode(error) === 'EADDRINUSE' ? 'the address is in use' : error.message
  return new Error(`cannot listen on ${host}:${port}: ${why}`, { cause: error })
}
