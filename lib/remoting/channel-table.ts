import type { Socket } from 'node:net'
import type { Host } from '../../codec/message/host.ts'
import { SerializeType } from '../../codec/remoting-command.ts'
import type { Clock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import { Connection } from './connection.ts'
import type { Limits } from './limits.ts'
import { MemoryGuard } from './memory-guard.ts'
import type { RequestDispatcher } from './request-dispatcher.ts'
import { Sweeper } from './sweeper.ts'
import { Turns } from './turns.ts'
import type { ChannelEventListener } from './types.ts'

/** What a server and a client have in common. */
export interface RemotingOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly listener?: ChannelEventListener
  /** Over what the configuration and DEFAULT_LIMITS say. */
  readonly limits?: Partial<Limits>
  /** How our headers are written; both types are understood. Apache: `rocketmq.serialize.type` */
  readonly serializeType?: SerializeType
}

interface OpenOptions {
  /** Called first when the connection has gone. */
  readonly onClose?: () => void
  /** The peer behind a proxy, when that told of it. */
  readonly source?: Host | undefined
}

/** The open connections of a server or a client, with their one timer. Tells the listener of them. */
export class ChannelTable {
  readonly sweeper: Sweeper
  readonly #options: RemotingOptions
  readonly #dispatcher: RequestDispatcher
  readonly #limits: Limits
  readonly #memory: MemoryGuard
  readonly #turns = new Turns()
  readonly #connections = new Set<Connection>()
  #onEmpty: (() => void) | undefined

  constructor(options: RemotingOptions, dispatcher: RequestDispatcher, configured: Limits) {
    this.#options = options
    this.#dispatcher = dispatcher
    this.#limits = { ...configured, ...options.limits }
    this.#memory = new MemoryGuard(this.#limits)
    this.sweeper = new Sweeper(options.clock)
  }

  /** From now on, for the connections that there are, too. */
  setLimits(configured: Limits): void {
    Object.assign(this.#limits, configured, this.#options.limits)
  }

  get limits(): Limits {
    return this.#limits
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  /** Takes over a connected socket. @throws CodecError when it has been closed meanwhile */
  open(socket: Socket, { onClose, source }: OpenOptions = {}): Connection {
    const { clock, logger, serializeType = SerializeType.JSON } = this.#options
    const connection = new Connection(socket, {
      dispatcher: this.#dispatcher,
      clock,
      logger,
      limits: this.#limits,
      memory: this.#memory,
      turns: this.#turns,
      serializeType,
      source,
      onClose: (closed) => {
        onClose?.()
        this.#tell(() => this.#options.listener?.onChannelClose?.(closed))
      },
    })
    socket.once('close', () => this.#remove(connection))
    this.#connections.add(connection)
    this.sweeper.add(connection)
    this.#tell(() => this.#options.listener?.onChannelConnect?.(connection))
    return connection
  }

  /** Resolves when there is no connection and no socket of one. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve
      if (this.#connections.size === 0) resolve()
    })
  }

  closeAll(reason: string): void {
    for (const connection of this.#connections) connection.close(reason)
  }

  #remove(connection: Connection): void {
    this.#connections.delete(connection)
    this.sweeper.remove(connection)
    if (this.#connections.size === 0) this.#onEmpty?.()
  }

  #tell(event: () => void): void {
    try {
      event()
    } catch (error) {
      this.#options.logger.error({ err: toError(error) }, 'channel event listener failed')
    }
  }
}
