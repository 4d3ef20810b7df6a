import type { Host } from '../../codec/message/host.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { Service } from '../common/service.ts'
import type { RemotingOptions } from './channel-table.ts'
import { ChannelTable } from './channel-table.ts'
import type { Connection } from './connection.ts'
import { connectError, ConnectAttempt } from './connect-attempt.ts'
import { limitsOf } from './limits.ts'
import { timeoutError } from './pending-calls.ts'
import type { TlsClientContext } from './tls/tls-client-context.ts'
import { RequestDispatcher } from './request-dispatcher.ts'

/** Source: remoting.netty.NettyClientConfig; what concerns threads and netty's buffers has no counterpart. */
export interface RemotingClientConfig {
  readonly connectTimeoutMillis?: number
  readonly clientChannelMaxIdleTimeSeconds?: number
  readonly writeBufferHighWaterMark?: number
  readonly writeBufferLowWaterMark?: number
}

export interface RemotingClientOptions extends RemotingOptions {
  /** Serves requests that peers send over our connections; without one they are refused as not supported. */
  readonly dispatcher?: RequestDispatcher
  readonly config?: RemotingClientConfig
  /** undefined: connect without TLS. */
  readonly tls?: TlsClientContext | undefined
  /** Sees each request before it leaves, and may sign it. Apache: remoting.RPCHook#doBeforeRequest */
  readonly beforeRequest?: ((request: RemotingCommand) => void) | undefined
}

const DEFAULT_CONNECT_TIMEOUT_MS = 3000

/**
 * Calls servers by `host:port` (IPv6 addresses in brackets). The connection to an address is made by the first call and
 * shared by all; when it has gone, the next call makes a new one.
 *
 * Failures are RemotingErrors with the address in the remark: RPC_ADDR_IS_NULL for an address that is none,
 * RPC_SEND_TO_CHANNEL_FAILED when no connection could be made or it closed before the answer, RPC_TIME_OUT.
 *
 * Apache: remoting.netty.NettyRemotingClient
 */
export class RemotingClient implements Service {
  readonly #options: RemotingClientOptions
  readonly #channels: ChannelTable
  readonly #connections = new Map<string, Promise<Connection>>()
  readonly #attempts = new Set<ConnectAttempt>()
  #stopped = false

  constructor(options: RemotingClientOptions) {
    this.#options = options
    const { config, dispatcher = new RequestDispatcher(options.logger) } = options
    const limits = limitsOf({ ...config, maxIdleSeconds: config?.clientChannelMaxIdleTimeSeconds })
    this.#channels = new ChannelTable(options, dispatcher, limits)
  }

  async start(): Promise<void> {}

  /** Closes all connections; calls that wait fail. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const attempt of this.#attempts) attempt.fail('the client stops')
    await Promise.allSettled(this.#connections.values())
    this.#channels.closeAll('the client stops')
    await this.#channels.whenEmpty()
  }

  /** Sends `request` and resolves with the answer, whatever its code. The time to connect counts. */
  async invoke(
    address: string,
    request: RemotingCommand,
    timeoutMs: number,
  ): Promise<RemotingCommand> {
    const { clock } = this.#options
    const startMs = clock.monotonic()
    const connection = await this.#connectionTo(address)
    const leftMs = timeoutMs - (clock.monotonic() - startMs)
    if (leftMs <= 0) throw timeoutError(address, timeoutMs)
    this.#options.beforeRequest?.(request)
    return connection.invoke(request, leftMs)
  }

  /** Resolves when the request is on its way; nobody knows whether it arrives. */
  async invokeOneway(address: string, request: RemotingCommand): Promise<void> {
    const connection = await this.#connectionTo(address)
    this.#options.beforeRequest?.(request)
    connection.invokeOneway(request)
  }

  /** Our own end of the connection to `address`, which is made when there is none: the address that we have for it. */
  async localAddressTo(address: string): Promise<Host> {
    const connection = await this.#connectionTo(address)
    return connection.localHost
  }

  #connectionTo(address: string): Promise<Connection> {
    const existing = this.#connections.get(address)
    if (existing !== undefined) return existing
    const connecting = this.#connect(address)
    this.#connections.set(address, connecting)
    connecting.catch(() => this.#forget(address, connecting))
    return connecting
  }

  #forget(address: string, connecting: Promise<Connection>): void {
    if (this.#connections.get(address) === connecting) this.#connections.delete(address)
  }

  async #connect(address: string): Promise<Connection> {
    if (this.#stopped) throw connectError(address, 'the client has stopped')
    const { clock, config, tls } = this.#options
    const timeoutMs = config?.connectTimeoutMillis ?? DEFAULT_CONNECT_TIMEOUT_MS
    const attempt = new ConnectAttempt(address, clock.monotonic() + timeoutMs, tls)
    this.#attempts.add(attempt)
    this.#channels.sweeper.add(attempt)
    try {
      await attempt.connected
      return this.#channels.open(attempt.socket, {
        onClose: () => this.#connections.delete(address),
      })
    } finally {
      this.#attempts.delete(attempt)
      this.#channels.sweeper.remove(attempt)
    }
  }
}
