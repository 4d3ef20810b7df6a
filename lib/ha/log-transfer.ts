import type { Socket } from 'node:net'
import { TRANSFER_HEADER_SIZE, writeTransferHeader } from '../../codec/ha/transfer.ts'
import { BusyError } from '../common/errors.ts'
import type { ReplicatedLog } from '../store/types.ts'
import type { FlowMonitor } from './flow-monitor.ts'

/** What may wait in front of a socket: a slave that does not read costs this much memory and one read. */
const MAX_UNWRITTEN_BYTES = 2 * 1024 * 1024
const COLD_READ_BYTES = 1024 * 1024

export interface LogTransferDeps {
  readonly socket: Socket
  readonly log: ReplicatedLog
  readonly flowMonitor: FlowMonitor
  readonly batchBytes: () => number
  /** The log cannot be read, or not from there any more. Called once. */
  readonly onFailed: (reason: string) => void
}

/**
 * Sends the log over one connection, from an offset on: one more reader of it. What lies in memory goes as views, all that one
 * turn of the event loop has brought in one write; what does not is read from the disk in large pieces. It stops when the socket does not
 * take more, and is set going by `run`.
 *
 * Apache: store.ha.DefaultHAConnection.WriteSocketService
 */
export class LogTransfer {
  readonly #deps: LogTransferDeps
  #nextOffset: number | undefined
  #isReading = false
  #hasFailed = false

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

  /** Sends as much as there is and the socket takes. */
  run(): void {
    if (this.#nextOffset === undefined || this.#isReading || this.#hasFailed) return
    const { socket, log } = this.#deps
    socket.cork()
    while (this.#nextOffset < log.maxOffset && socket.writableLength < MAX_UNWRITTEN_BYTES) {
      const maxBytes = this.#maxBytes()
      if (maxBytes === 0) break
      const bytes = log.dataInMemory(this.#nextOffset, maxBytes)
      if (bytes === undefined) {
        void this.#readOn(this.#nextOffset)
        break
      }
      this.#send(bytes)
    }
    socket.uncork()
  }

  /** Says where the transfer stands. */
  sendHeartbeat(offset: number): void {
    this.#sendHeader(offset, 0)
  }

  async #readOn(offset: number): Promise<void> {
    const { socket, log, onFailed } = this.#deps
    this.#isReading = true
    try {
      const maxBytes = Math.min(
        COLD_READ_BYTES,
        log.maxOffset - offset,
        this.#deps.flowMonitor.canTransferMaxByteNum,
      )
      const bytes = await log.readData(offset, maxBytes)
      this.#isReading = false
      if (bytes === undefined) this.#hasFailed = true
      if (socket.destroyed) return
      if (bytes === undefined) {
        onFailed(`the log has no offset ${offset} (any more), it begins at ${log.minOffset}`)
        return
      }
      this.#sendInBatches(bytes)
      this.run()
    } catch (error) {
      this.#isReading = false
      if (error instanceof BusyError || socket.destroyed) return
      this.#hasFailed = true
      onFailed(`the log cannot be read: ${(error as Error).message}`)
    }
  }

  #sendInBatches(bytes: Buffer): void {
    const { socket, batchBytes } = this.#deps
    const size = batchBytes()
    socket.cork()
    for (let at = 0; at < bytes.length; at += size) this.#send(bytes.subarray(at, at + size))
    socket.uncork()
  }

  #maxBytes(): number {
    return Math.min(this.#deps.batchBytes(), this.#deps.flowMonitor.canTransferMaxByteNum)
  }

  #send(bytes: Buffer): void {
    const offset = this.#nextOffset as number
    this.#sendHeader(offset, bytes.length)
    this.#deps.socket.write(bytes)
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
