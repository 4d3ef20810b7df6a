import type { Socket } from 'node:net'
import { TRANSFER_HEADER_SIZE, writeTransferHeader } from '../../codec/ha/transfer.ts'
import { BusyError, toError } from '../common/errors.ts'
import type { ReplicatedLog } from '../store/types.ts'
import type { FlowMonitor } from './flow-monitor.ts'

/** What may wait in front of a socket: a slave that does not read costs this much memory and one read. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024
const COLD_READ_BYTES = 2 * 1024 * 1024

export interface LogTransferDeps {
  readonly socket: Socket
  readonly log: ReplicatedLog
  readonly flowMonitor: FlowMonitor
  readonly batchBytes: () => number
  /** All that the log has was given to the socket. */
  readonly onCaughtUp: () => void
  /** The log does not have what comes next any more. Called once. */
  readonly onRemoved: (reason: string) => void
  /** The log cannot be read, which may pass. */
  readonly onUnreadable: (reason: string) => void
}

/**
 * Sends the log over one connection, from an offset on: one more reader of it. What lies in memory goes as views, all that one
 * turn of the event loop has brought in one write; what does not is read from the disk in large pieces, the next while one is being
 * sent. It stops when the socket does not take more, and is set going by `run`.
 *
 * Apache: store.ha.DefaultHAConnection.WriteSocketService
 */
export class LogTransfer {
  readonly #deps: LogTransferDeps
  #nextOffset: number | undefined
  /** From the disk, to be sent next. */
  #ahead: Buffer | undefined
  /** Where it was read to. */
  #aheadBuffer: Buffer | undefined
  /** Whose content the socket has taken. */
  readonly #spare: Buffer[] = []
  #isReading = false
  #isRemoved = false

  constructor(deps: LogTransferDeps) {
    this.#deps = deps
  }

  /** What is sent next; -1 as long as the slave has not asked. */
  get nextTransferFromWhere(): number {
    return this.#nextOffset ?? -1
  }

  begin(offset: number): void {
    this.#nextOffset = offset
    this.run()
  }

  /** Sends as much as there is and the socket takes; nothing once our end of it is closed. */
  run(): void {
    const { socket, log, onCaughtUp } = this.#deps
    if (this.#nextOffset === undefined || this.#isReading || this.#isRemoved) return
    if (!socket.writable) return
    socket.cork()
    while (this.#nextOffset < log.maxOffset && socket.writableLength < MAX_UNWRITTEN_BYTES) {
      const maxBytes = this.#maxBytes()
      if (maxBytes === 0) break
      if (!this.#sendNext(this.#nextOffset, maxBytes)) break
    }
    socket.uncork()
    if (this.#nextOffset >= log.maxOffset) onCaughtUp()
    const isCold = this.#ahead === undefined && this.#nextOffset < log.maxOffset
    if (isCold && log.dataInMemory(this.#nextOffset, 1) === undefined) {
      void this.#readAhead(this.#nextOffset)
    }
  }

  /** Says where the transfer stands. */
  sendHeartbeat(offset: number): void {
    this.#sendHeader(offset, 0)
  }

  /** Sends the next of what was read from the disk, or lies in memory; false when that is nothing. */
  #sendNext(offset: number, maxBytes: number): boolean {
    const ahead = this.#ahead
    if (ahead === undefined) {
      const bytes = this.#deps.log.dataInMemory(offset, maxBytes)
      if (bytes !== undefined) this.#send(bytes)
      return bytes !== undefined
    }
    if (ahead.length > maxBytes) {
      this.#ahead = ahead.subarray(maxBytes)
      this.#send(ahead.subarray(0, maxBytes))
      return true
    }
    const buffer = this.#aheadBuffer as Buffer
    this.#ahead = this.#aheadBuffer = undefined
    this.#send(ahead, () => this.#spare.push(buffer))
    return true
  }

  async #readAhead(offset: number): Promise<void> {
    const { socket, log, onRemoved, onUnreadable } = this.#deps
    this.#isReading = true
    // Large buffers are dear to make and to collect.
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(COLD_READ_BYTES)
    try {
      const bytes = await log.readData(offset, buffer)
      this.#ahead = bytes
      this.#aheadBuffer = buffer
      if (bytes === undefined) {
        this.#isRemoved = true
        const reason = `the log has no offset ${offset} (any more), it begins at ${log.minOffset}`
        if (!socket.destroyed) onRemoved(reason)
      }
    } catch (error) {
      if (!(error instanceof BusyError)) onUnreadable(toError(error).message)
    }
    this.#isReading = false
    if (this.#ahead !== undefined && !socket.destroyed) this.run()
  }

  #maxBytes(): number {
    return Math.min(this.#deps.batchBytes(), this.#deps.flowMonitor.canTransferMaxByteNum)
  }

  #send(bytes: Buffer, onWritten?: () => void): void {
    const offset = this.#nextOffset as number
    this.#sendHeader(offset, bytes.length)
    this.#deps.socket.write(bytes, onWritten)
    this.#deps.flowMonitor.addByteCountTransferred(bytes.length)
    this.#nextOffset = offset + bytes.length
  }

  #sendHeader(offset: number, bodySize: number): void {
    const header = Buffer.allocUnsafe(TRANSFER_HEADER_SIZE)
    writeTransferHeader(header, offset, bodySize, 0)
    this.#deps.socket.write(header)
    this.#deps.flowMonitor.addByteCountTransferred(TRANSFER_HEADER_SIZE)
  }
}
