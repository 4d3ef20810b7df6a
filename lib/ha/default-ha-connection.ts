import type { Socket } from 'node:net'
import { ReportDecoder } from '../../codec/ha/transfer.ts'
import { Host } from '../../codec/message/host.ts'
import type { Clock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import type { ReplicationConfig } from '../config/replication-config.ts'
import type { ReplicatedLog } from '../store/types.ts'
import { FlowMonitor } from './flow-monitor.ts'
import type { HAConfig } from './ha-config.ts'
import { LogTransfer } from './log-transfer.ts'

export interface HAConnectionDeps {
  readonly socket: Socket
  readonly log: ReplicatedLog
  readonly config: HAConfig
  readonly replication: Pick<ReplicationConfig, 'haCopyWholeLog'>
  readonly clock: Clock
  readonly logger: Logger
  /** The slave has more of the log. */
  readonly onAck: () => void
  readonly onClose: () => void
}

/**
 * A slave's connection, on the master's side: sends the log from where the slave wants it, and knows by its reports how far it has
 * come.
 *
 * Apache: store.ha.DefaultHAConnection
 */
export class DefaultHAConnection {
  /** `ip:port` of the slave's end. */
  readonly clientAddress: string
  readonly #deps: HAConnectionDeps
  readonly #reports = new ReportDecoder()
  readonly #flowMonitor: FlowMonitor
  readonly #transfer: LogTransfer
  /** Where the slave wants to begin; -1 before its first report. */
  #slaveRequestOffset = -1
  #slaveAckOffset = -1
  #lastReadMs: number
  #lastWriteMs: number
  /** Up to where the log had been sent a second ago. */
  #sweptOffset = -1
  /** What there is will be sent, then the connection closed. */
  #isEnding = false
  #closed = false
  /** Nothing is sent: the slave asked for what the log does not have. */
  #isHopeless = false

  constructor(deps: HAConnectionDeps) {
    const { socket, log, config, clock } = deps
    this.#deps = deps
    this.clientAddress = remoteHost(socket)
    this.#flowMonitor = new FlowMonitor(config)
    this.#lastReadMs = this.#lastWriteMs = clock.monotonic()
    this.#transfer = new LogTransfer({
      socket,
      log,
      flowMonitor: this.#flowMonitor,
      batchBytes: () => config.haTransferBatchSize,
      onCaughtUp: () => this.#onCaughtUp(),
      onRemoved: (reason) => this.#giveUp(reason),
      onUnreadable: (reason) => this.close(reason),
    })
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#onData(chunk))
    socket.on('drain', () => this.#transfer.run())
    socket.on('end', () => this.close('the slave has closed it'))
    socket.on('error', (error) => this.close(error.message))
    socket.on('close', () => this.close('it was lost'))
  }

  /** What the slave has of the log; -1 before its first report, and of a slave that is ahead of its master. */
  get slaveAckOffset(): number {
    return this.#slaveAckOffset
  }

  /** Whether the slave has said where its log ends. */
  get hasReported(): boolean {
    return this.#slaveRequestOffset >= 0
  }

  get transferFromWhere(): number {
    return this.#transfer.nextTransferFromWhere
  }

  get transferredByteInSecond(): number {
    return this.#flowMonitor.transferredByteInSecond
  }

  /** More of the log may be sent. */
  transfer(): void {
    if (!this.#isHopeless && !this.#closed) this.#transfer.run()
  }

  /** To be called each second. */
  sweep(nowMs: number): void {
    const { config } = this.#deps
    this.#flowMonitor.calculateSpeed()
    if (nowMs - this.#lastReadMs > config.haHousekeepingInterval) {
      this.close(`the slave has not reported for ${config.haHousekeepingInterval} ms`)
      return
    }
    this.transfer()
    if (this.transferFromWhere > this.#sweptOffset) this.#lastWriteMs = nowMs
    this.#sweptOffset = this.transferFromWhere
    if (nowMs - this.#lastWriteMs >= config.haSendHeartbeatInterval) this.#sendHeartbeat(nowMs)
  }

  #sendHeartbeat(nowMs: number): void {
    const { socket } = this.#deps
    if (this.transferFromWhere < 0 || socket.writableLength > 0 || !socket.writable) return
    this.#lastWriteMs = nowMs
    this.#transfer.sendHeartbeat(this.transferFromWhere)
  }

  /**
   * Sends what the log has, then closes. Resolves when the slave has closed its end, or after `timeoutMs`: closing ours before would
   * throw away what it has not read yet.
   */
  async end(timeoutMs: number): Promise<void> {
    const { socket, clock } = this.#deps
    if (this.#closed) return
    this.#isEnding = true
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, timeoutMs)
      socket.once('close', () => {
        timer.cancel()
        resolve()
      })
      if (this.#isHopeless || this.transferFromWhere < 0) socket.end()
      else this.#transfer.run()
    })
    this.close('the master stops')
  }

  #onCaughtUp(): void {
    if (this.#isEnding) this.#deps.socket.end()
  }

  close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    const { logger, socket, onClose } = this.#deps
    const { clientAddress: slave, slaveAckOffset } = this
    logger.info({ slave, slaveAckOffset, reason }, 'replication connection closed')
    socket.destroy()
    onClose()
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return
    try {
      this.#lastReadMs = this.#deps.clock.monotonic()
      const offset = this.#reports.push(chunk)
      if (offset !== undefined) this.#onReport(offset)
    } catch (error) {
      this.close(`it is not a slave's: ${toError(error).message}`)
    }
  }

  /** A slave can only acknowledge what it asked for or was sent: all else is no part of this log. */
  #onReport(offset: number): void {
    if (this.#slaveRequestOffset < 0) this.#begin(offset)
    if (this.transferFromWhere < 0) return
    this.#slaveAckOffset = Math.min(offset, this.transferFromWhere)
    this.#deps.onAck()
  }

  /** An empty slave gets the log from the beginning of its last file on, unless it is to have all of it. */
  #begin(slaveRequestOffset: number): void {
    const { log, logger } = this.#deps
    const { maxOffset, minOffset } = log
    const { clientAddress: slave } = this
    this.#slaveRequestOffset = slaveRequestOffset
    if (slaveRequestOffset > maxOffset) {
      this.#isHopeless = true
      logger.error({ slave, slaveRequestOffset, maxOffset }, 'the slave is ahead of its master')
      this.#transfer.sendHeartbeat(maxOffset)
      return
    }
    const lastFile = Math.max(log.fileEnd(maxOffset) - log.fileSize, minOffset)
    const first = this.#deps.replication.haCopyWholeLog ? minOffset : lastFile
    const from = slaveRequestOffset === 0 ? first : slaveRequestOffset
    logger.info({ slave, slaveRequestOffset, from, maxOffset }, 'replication begins')
    this.#sweptOffset = from
    this.#transfer.begin(from)
  }

  #giveUp(reason: string): void {
    this.#isHopeless = true
    const { clientAddress: slave } = this
    this.#deps.logger.error({ slave, reason }, 'the slave cannot be given the log')
  }
}

/** A socket may have been closed before it was looked at. */
function remoteHost({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'gone' : Host.of(remoteAddress, remotePort ?? 0).toString()
}
