import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { parseAddress } from '../common/address.ts'
import type { Clock, Timer } from '../common/clock.ts'
import { errorCode, toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import type { ReplicationConfig } from '../config/replication-config.ts'
import type {
  GroupTransferRequest,
  HAConnectionRuntimeInfo,
  HARuntimeInfo,
  HAService,
  ReplicatedLog,
} from '../store/types.ts'
import { DefaultHAClient } from './default-ha-client.ts'
import { DefaultHAConnection } from './default-ha-connection.ts'
import { GroupTransferService } from './group-transfer-service.ts'
import type { HAConfig } from './ha-config.ts'
import type { HATls } from './ha-socket.ts'
import { LagHistory } from './lag-history.ts'
import type { LogCutter } from './log-parting.ts'
import { needAckNums } from './need-ack-nums.ts'

export interface HAServiceDeps {
  readonly log: ReplicatedLog
  readonly config: HAConfig
  readonly replication: Pick<ReplicationConfig, 'haCopyWholeLog'>
  /** undefined: without TLS. */
  readonly tls?: HATls | undefined
  /** As a slave. undefined: a log that is not the master's stays as it is. */
  readonly cutter?: LogCutter | undefined
  /** Where slaves may connect; port 0 is any free one, no host all interfaces. */
  readonly listen: { readonly host?: string; readonly port: number }
  /** Brokers of the group that the name servers know as alive; undefined unless slaves act as masters. */
  readonly aliveReplicas: () => number | undefined
  readonly clock: Clock
  readonly logger: Logger
}

const SWEEP_MS = 1_000
/** For what slaves have not got when the master stops. */
const END_TIMEOUT_MS = 1_000
/** As on the port for clients. Source: netty's SslHandler */
const TLS_TIMEOUT_MS = 10_000
/** Many more than anybody has slaves: what comes beyond are strangers. */
const MAX_CONNECTIONS = 64

/**
 * Classic replication: a master serves its log to all slaves that connect, a slave follows the log of its master.
 *
 * Apache: store.ha.DefaultHAService
 */
export class DefaultHAService implements HAService {
  readonly #deps: HAServiceDeps
  readonly #server: Server
  readonly #connections = new Set<DefaultHAConnection>()
  /** Connections that do not speak TLS yet. */
  readonly #handshakes = new Set<Socket>()
  readonly #groupTransfer: GroupTransferService
  readonly #client: DefaultHAClient | undefined
  readonly #lagHistory = new LagHistory()
  #sweepTimer: Timer | undefined

  constructor(deps: HAServiceDeps) {
    this.#deps = deps
    const { log, config, clock } = deps
    this.#server = createServer((socket) => this.#accept(socket))
    this.#groupTransfer = new GroupTransferService({
      clock,
      slaveTimeoutMs: () => config.slaveTimeout,
      slaveAckOffsets: () => Array.from(this.#connections, ({ slaveAckOffset }) => slaveAckOffset),
    })
    this.#client = config.brokerRole === 'SLAVE' ? new DefaultHAClient(deps) : undefined
    log.onWritten(() => this.#transfer())
  }

  get listenPort(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** @throws Error when the port cannot be listened on */
  async start(): Promise<void> {
    const { listen, clock, logger } = this.#deps
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, listen.port)))
      this.#server.listen(listen, resolve)
    })
    this.#server.removeAllListeners('error')
    this.#server.on('error', (err) => logger.error({ err }, 'accepting a slave failed'))
    this.#sweepTimer = clock.setInterval(() => this.#sweep(), SWEEP_MS)
    this.#client?.start()
    this.#explainRole()
  }

  /** The slaves that follow closely get all of the log; no put may come any more. */
  async stop(): Promise<void> {
    this.#client?.stop()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#handshakes) socket.destroy()
    await this.#deps.log.idle()
    await Promise.all(Array.from(this.#connections, (connection) => connection.end(END_TIMEOUT_MS)))
    this.#sweepTimer?.cancel()
    this.#groupTransfer.stop()
    await closed
  }

  needAckNums(masterPutWhere: number): number | undefined {
    const { config, aliveReplicas } = this.#deps
    if (config.brokerRole !== 'SYNC_MASTER') return 1
    const alive = aliveReplicas()
    if (alive === undefined) return config.inSyncReplicas
    return needAckNums(config, alive, this.inSyncReplicasNums(masterPutWhere))
  }

  putRequest(request: GroupTransferRequest): void {
    this.#groupTransfer.putRequest(request)
  }

  inSyncReplicasNums(masterPutWhere: number): number {
    let count = 1
    for (const connection of this.#connections) {
      if (this.#isInSyncSlave(masterPutWhere, connection)) count++
    }
    return count
  }

  isConnected(ip: string | undefined): boolean {
    if (this.#client !== undefined) return this.#client.isConnected
    for (const connection of this.#connections) {
      const { host } = parseAddress(connection.clientAddress) ?? {}
      if ((ip === undefined || host === ip) && connection.hasReported) return true
    }
    return false
  }

  updateHaMasterAddress(address: string | undefined): void {
    this.#client?.updateHaMasterAddress(address)
  }

  getRuntimeInfo(): HARuntimeInfo {
    const masterPutWhere = this.#deps.log.maxOffset
    const client = this.#client?.runtimeInfo
    if (client !== undefined) {
      return { master: false, masterCommitLogMaxOffset: 0, connections: [], client }
    }
    const connections = Array.from(this.#connections, (connection) =>
      this.#connectionInfo(masterPutWhere, connection),
    )
    return { master: true, masterCommitLogMaxOffset: masterPutWhere, connections, client }
  }

  #connectionInfo(
    masterPutWhere: number,
    connection: DefaultHAConnection,
  ): HAConnectionRuntimeInfo {
    const { slaveAckOffset } = connection
    const nowMs = this.#deps.clock.monotonic()
    return {
      addr: connection.clientAddress,
      slaveAckOffset,
      diff: masterPutWhere - slaveAckOffset,
      lagMs: this.#lagHistory.lagMs(nowMs, masterPutWhere, slaveAckOffset),
      inSync: this.#isInSyncSlave(masterPutWhere, connection),
      transferredByteInSecond: connection.transferredByteInSecond,
      transferFromWhere: connection.transferFromWhere,
    }
  }

  #isInSyncSlave(masterPutWhere: number, { slaveAckOffset }: DefaultHAConnection): boolean {
    const { haMaxGapNotInSync } = this.#deps.config
    return slaveAckOffset >= 0 && masterPutWhere - slaveAckOffset < haMaxGapNotInSync
  }

  #accept(socket: Socket): void {
    const { tls, logger } = this.#deps
    if (this.#connections.size + this.#handshakes.size >= MAX_CONNECTIONS) {
      logger.warn({ slave: socket.remoteAddress }, 'too many slaves, the connection is refused')
      socket.destroy()
    } else if (tls === undefined) this.#serve(socket)
    else void this.#secure(socket, tls)
  }

  async #secure(socket: Socket, tls: HATls): Promise<void> {
    const { clock, logger } = this.#deps
    const { remoteAddress: slave } = socket
    socket.on('error', () => undefined)
    this.#handshakes.add(socket)
    const timer = clock.setTimeout(() => socket.destroy(), TLS_TIMEOUT_MS)
    try {
      const secure = await tls.accept(socket)
      this.#serve(secure)
    } catch (error) {
      logger.warn({ slave, reason: toError(error).message }, 'a slave is refused')
      socket.destroy()
    } finally {
      timer.cancel()
      this.#handshakes.delete(socket)
    }
  }

  #serve(socket: Socket): void {
    const connection = new DefaultHAConnection({
      ...this.#deps,
      socket,
      onAck: () => this.#groupTransfer.notifyTransferSome(),
      onClose: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #transfer(): void {
    for (const connection of this.#connections) connection.transfer()
  }

  #sweep(): void {
    const nowMs = this.#deps.clock.monotonic()
    this.#lagHistory.sample(nowMs, this.#deps.log.maxOffset)
    for (const connection of this.#connections) connection.sweep(nowMs)
    this.#client?.sweep(nowMs)
  }

  /** What is easily taken for granted. */
  #explainRole(): void {
    const { config, logger } = this.#deps
    const { brokerRole, inSyncReplicas } = config
    logger.info({ brokerRole, port: this.listenPort }, 'replication is ready')
    if (brokerRole === 'SYNC_MASTER' && inSyncReplicas <= 1) {
      logger.warn(
        { inSyncReplicas },
        'SYNC_MASTER with inSyncReplicas=1 waits for no slave: set inSyncReplicas=2 for messages that a slave must have',
      )
    }
  }
}

function listenError(error: Error, port: number): Error {
  const why = errorCode(error) === 'EADDRINUSE' ? 'the port is in use' : error.message
  return new Error(`cannot listen for slaves on port ${port} (haListenPort): ${why}`, {
    cause: error,
  })
}
