import type { Socket } from 'node:net'
import { CodecError } from '../../codec/errors.ts'
import { encodeReport, TransferDecoder } from '../../codec/ha/transfer.ts'
import type { Clock, Timer } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import { FailureLog } from '../common/failure-log.ts'
import type { Logger } from '../common/logger.ts'
import type { HAClientRuntimeInfo, ReplicatedLog } from '../store/types.ts'
import { FlowMonitor } from './flow-monitor.ts'
import type { HAConfig } from './ha-config.ts'
import { LogOverlap } from './log-overlap.ts'
import { LogParting, type LogCutter } from './log-parting.ts'
import { openHASocket, type HATls } from './ha-socket.ts'
import { ReplicationError } from './replication-error.ts'

export interface HAClientDeps {
  readonly log: ReplicatedLog
  readonly config: HAConfig
  /** undefined: without TLS. */
  readonly tls?: HATls | undefined
  /** undefined: a log that is not the master's stays as it is. */
  readonly cutter?: LogCutter | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Apache waits for 5 s, and producers of a SYNC_MASTER with it. */
const RETRY_MS = 1_000
const DISAGREEMENT_RETRY_MS = 30_000
const CONNECT_TIMEOUT_MS = 3_000
const READ_BUFFER_BYTES = 1024 * 1024
/** Received and not yet written: beyond it the master is not read from. */
const MAX_UNWRITTEN_BYTES = 16 * 1024 * 1024

/**
 * A slave's side of replication: asks its master for the log from the end of its own on, appends what comes, and reports how
 * far it has come. What goes wrong ends the connection; another attempt follows.
 *
 * Apache: store.ha.DefaultHAClient
 */
export class DefaultHAClient {
  readonly #deps: HAClientDeps
  readonly #failures: FailureLog
  readonly #flowMonitor: FlowMonitor
  readonly #parting: LogParting
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
  #masterAddress: string | undefined
  #socket: Socket | undefined
  #decoder: TransferDecoder | undefined
  /** What the master sends first, as long as not all of it has come. */
  #overlap: LogOverlap | undefined
  /** Since the connection was made. */
  #heartbeats = 0
  /** Where the master says that its log ends, before the end of this one. */
  #masterEnd: number | undefined
  #isConnected = false
  #isPaused = false
  #retryTimer: Timer | undefined
  #running = false
  #currentReportedOffset = 0
  #lastReadMs = 0
  #lastWriteMs = 0
  #lastReadTimestamp = 0
  #lastWriteTimestamp = 0

  constructor(deps: HAClientDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the log is not replicated from the master')
    this.#flowMonitor = new FlowMonitor(deps.config)
    this.#parting = new LogParting(deps.cutter, deps.logger)
    deps.log.onWritten(() => this.#onWritten())
    deps.log.onWriteFailed((error) => this.#onWriteFailed(error))
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  get runtimeInfo(): HAClientRuntimeInfo {
    return {
      masterAddr: this.#address,
      transferredByteInSecond: this.#flowMonitor.transferredByteInSecond,
      maxOffset: this.#deps.log.maxOffset,
      lastReadTimestamp: this.#lastReadTimestamp,
      lastWriteTimestamp: this.#lastWriteTimestamp,
    }
  }

  get #address(): string | undefined {
    return this.#deps.config.haMasterAddress || this.#masterAddress
  }

  start(): void {
    this.#running = true
    this.#connect()
  }

  stop(): void {
    this.#running = false
    this.#retryTimer?.cancel()
    this.#retryTimer = undefined
    this.#close()
  }

  /** `host:port`. A connection to another address is given up. */
  updateHaMasterAddress(address: string | undefined): void {
    if (address === this.#masterAddress) return
    const before = this.#address
    this.#masterAddress = address
    if (this.#address === before) return
    this.#deps.logger.info({ from: before, to: this.#address }, 'the master has another address')
    this.#close()
    if (this.#running) this.#connect()
  }

  /** To be called each second. */
  sweep(nowMs: number): void {
    this.#flowMonitor.calculateSpeed()
    if (this.#socket === undefined) return
    const { config } = this.#deps
    const silentMs = nowMs - this.#lastReadMs
    if (!this.#isConnected) {
      if (silentMs > CONNECT_TIMEOUT_MS)
        this.#fail(new ReplicationError('TIMEOUT', 'connecting timed out'))
    } else if (silentMs > config.haHousekeepingInterval && !this.#isPaused) {
      this.#fail(new ReplicationError('SILENT', `the master has been silent for ${silentMs} ms`))
    } else if (nowMs - this.#lastWriteMs >= config.haSendHeartbeatInterval) {
      if (this.#decoder !== undefined)
        this.#report(this.#overlap?.offset ?? this.#deps.log.maxOffset)
    }
  }

  #connect(): void {
    if (this.#socket !== undefined) return
    this.#retryTimer?.cancel()
    this.#retryTimer = undefined
    const address = this.#address
    // What is not written yet may never be: the master must not hear of it.
    if (address === undefined || this.#deps.log.unwrittenBytes > 0) {
      this.#retryLater()
      return
    }
    this.#lastReadMs = this.#deps.clock.monotonic()
    try {
      this.#socket = this.#open(address)
    } catch (error) {
      this.#fail(toError(error))
    }
  }

  #open(address: string): Socket {
    const onread = { buffer: this.#buffer, callback: (size: number) => this.#onRead(size, socket) }
    const onConnect = () => {
      if (socket === this.#socket) this.#onConnect(address, socket).catch(fail)
    }
    const socket: Socket = openHASocket(address, { tls: this.#deps.tls, onread, onConnect })
    const fail = (error: Error) => {
      if (socket === this.#socket) this.#fail(error)
    }
    socket.on('error', fail)
    socket.on('end', () => fail(new ReplicationError('CLOSED', 'the master has closed it')))
    socket.on('close', () => fail(new ReplicationError('CLOSED', 'the connection was lost')))
    return socket
  }

  async #onConnect(master: string, socket: Socket): Promise<void> {
    const { log, logger } = this.#deps
    this.#isConnected = true
    log.replica.reset()
    const overlap = await LogOverlap.of(log, this.#parting.comparesMore)
    if (socket !== this.#socket) return
    this.#overlap = overlap
    this.#heartbeats = 0
    this.#masterEnd = undefined
    this.#decoder = new TransferDecoder({
      onTransfer: (offset, bodySize) => this.#onTransfer(offset, bodySize),
      onBody: (bytes) => this.#onBody(bytes),
    })
    logger.info({ master, from: this.#nextOffset }, 'replication begins')
    this.#report(this.#nextOffset)
  }

  /** Of the next byte that the master is to send. */
  get #nextOffset(): number {
    return this.#overlap?.nextOffset ?? this.#deps.log.replica.nextOffset
  }

  /** Returns whether more is wanted now. */
  #onRead(size: number, socket: Socket): boolean {
    const { log, clock } = this.#deps
    if (socket !== this.#socket) return false
    this.#lastReadMs = clock.monotonic()
    this.#lastReadTimestamp = clock.now()
    this.#flowMonitor.addByteCountTransferred(size)
    try {
      this.#decoder?.push(this.#buffer.subarray(0, size))
    } catch (error) {
      this.#fail(toError(error))
      return false
    }
    this.#isPaused = log.unwrittenBytes > MAX_UNWRITTEN_BYTES
    return !this.#isPaused
  }

  #onTransfer(masterOffset: number, bodySize: number): void {
    const { log } = this.#deps
    const { replica } = log
    if (replica.nextOffset === 0 && masterOffset !== 0) replica.beginAt(masterOffset)
    const slaveOffset = this.#nextOffset
    if (bodySize === 0) this.#heartbeats++
    // A master that has the last record of this log sends it, at the latest after a first heartbeat.
    if (this.#overlap !== undefined && this.#heartbeats > 1) {
      throw new ReplicationError(
        'UNCONFIRMED',
        `the master does not send offset ${slaveOffset}, where the last message of this slave's log begins, which ends at ` +
          `${replica.nextOffset}: the slave has what its master has not, or has removed; see docs/ha.md`,
      )
    }
    if (masterOffset < slaveOffset) {
      this.#masterEnd = bodySize === 0 ? masterOffset : undefined
      throw new ReplicationError(
        'AHEAD',
        `the master's log is at offset ${masterOffset}, this slave's ends at ${replica.nextOffset}: ` +
          'the slave has what its master has not; its log must be cut by hand, see docs/ha.md',
      )
    }
    if (masterOffset > slaveOffset) {
      throw new ReplicationError(
        'GAP',
        `the master sends from offset ${masterOffset} on, this slave's log wants ${slaveOffset}`,
      )
    }
    const left = log.fileEnd(masterOffset) - masterOffset
    if (bodySize > left)
      throw new CodecError(`a transfer of ${bodySize} bytes where a file has ${left} left`)
    if (bodySize === 0 && this.#overlap === undefined) this.#failures.worked()
  }

  #onBody(bytes: Buffer): void {
    const { replica } = this.#deps.log
    const overlap = this.#overlap
    if (overlap === undefined) {
      replica.append(bytes)
      return
    }
    const rest = overlap.compare(bytes)
    if (!overlap.isComplete) return
    this.#overlap = undefined
    this.#failures.worked()
    this.#report(this.#deps.log.maxOffset)
    if (rest.length > 0) replica.append(rest)
  }

  #onWritten(): void {
    if (this.#decoder === undefined) return
    this.#failures.worked()
    const { maxOffset, unwrittenBytes } = this.#deps.log
    if (maxOffset > this.#currentReportedOffset) this.#report(maxOffset)
    if (this.#isPaused && unwrittenBytes <= MAX_UNWRITTEN_BYTES / 2) {
      this.#isPaused = false
      this.#socket?.resume()
    }
  }

  /** What came for the place behind the log's end is gone: it has to come again. */
  #onWriteFailed(error: Error): void {
    if (this.#isConnected) {
      this.#fail(new ReplicationError('WRITE', `the log cannot be written: ${error.message}`))
    }
  }

  #report(offset: number): void {
    const { clock } = this.#deps
    this.#currentReportedOffset = offset
    this.#lastWriteMs = clock.monotonic()
    this.#lastWriteTimestamp = clock.now()
    this.#socket?.write(encodeReport(offset))
  }

  #fail(error: Error): void {
    this.#failures.failed(error, { master: this.#address })
    const isLasting = isDisagreement(error) && !this.#learnFrom(error.code)
    this.#close()
    this.#retryLater(isLasting ? DISAGREEMENT_RETRY_MS : RETRY_MS)
  }

  #learnFrom(code: string): boolean {
    const commonEnd = this.#overlap?.commonEnd
    return this.#parting.consider({ code, masterEnd: this.#masterEnd, commonEnd })
  }

  #retryLater(delayMs = RETRY_MS): void {
    if (!this.#running) return
    this.#retryTimer = this.#deps.clock.setTimeout(() => this.#connect(), delayMs)
  }

  #close(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#decoder = this.#overlap = undefined
    this.#isConnected = this.#isPaused = false
    socket?.destroy()
  }
}

/** The logs do not fit together: that does not pass by itself. */
function isDisagreement(error: Error): error is ReplicationError {
  const { code } = error as { code?: unknown }
  return code === 'AHEAD' || code === 'UNCONFIRMED' || code === 'DIVERGED'
}
