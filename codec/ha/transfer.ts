import { CodecError } from '../errors.ts'
import { readInt64, writeInt64 } from '../java.ts'

/*
 * The bytes on a replication connection. Offsets are those of the commit log.
 *
 * Master to slave: transfers. A body of 0 bytes is a heartbeat, its offset the next to be sent.
 *
 *  offset  size  field
 *       0     8  offset of the body's first byte
 *       8     4  body size
 *      12     n  body: bytes of the log, cut anywhere
 *
 * Slave to master: reports of 8 bytes, the offset up to which the slave has the log. The first says where it wants to begin,
 * 0 that it has nothing.
 *
 * Source: store.ha.DefaultHAConnection, store.ha.DefaultHAClient
 */
export const TRANSFER_HEADER_SIZE = 12
export const REPORT_SIZE = 8

/** Writes the header of a transfer into 12 bytes at `position`. */
export function writeTransferHeader(
  into: Buffer,
  offset: number,
  bodySize: number,
  position: number,
): void {
  into.writeInt32BE(bodySize, writeInt64(into, offset, position))
}

export function encodeReport(maxOffset: number): Buffer {
  const report = Buffer.allocUnsafe(REPORT_SIZE)
  writeInt64(report, maxOffset, 0)
  return report
}

/** What a TransferDecoder finds. What it throws ends the decoding. */
export interface TransferSink {
  /** A transfer begins; 0 bytes: a heartbeat. */
  onTransfer(offset: number, bodySize: number): void
  /** The next bytes of the body: a view, valid in this call. */
  onBody(bytes: Buffer): void
}

/** Cuts what a master sends into transfers. Bodies are handed on as they come, so that nothing has to be kept but a header. */
export class TransferDecoder {
  readonly #sink: TransferSink
  readonly #header = Buffer.alloc(TRANSFER_HEADER_SIZE)
  #headerLength = 0
  #bodyLeft = 0

  constructor(sink: TransferSink) {
    this.#sink = sink
  }

  /** @throws CodecError when the bytes are no transfers, and what the sink throws */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const end = Math.min(at + this.#bodyLeft, chunk.length)
        this.#bodyLeft -= end - at
        this.#sink.onBody(chunk.subarray(at, end))
        at = end
      } else {
        at = this.#readHeader(chunk, at)
      }
    }
  }

  #readHeader(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#header, this.#headerLength, at)
    this.#headerLength += copied
    if (this.#headerLength === TRANSFER_HEADER_SIZE) {
      this.#headerLength = 0
      const offset = readOffset(this.#header, 0)
      const bodySize = this.#header.readInt32BE(8)
      if (bodySize < 0) throw new CodecError(`a transfer of ${bodySize} bytes`)
      this.#bodyLeft = bodySize
      this.#sink.onTransfer(offset, bodySize)
    }
    return at + copied
  }
}

/** Cuts what a slave sends into reports. */
export class ReportDecoder {
  readonly #partial = Buffer.alloc(REPORT_SIZE)
  #length = 0

  /** The last report that `chunk` completes, undefined when there is none: earlier ones are outdated. @throws CodecError */
  push(chunk: Buffer): number | undefined {
    const total = this.#length + chunk.length
    const rest = total % REPORT_SIZE
    let report: number | undefined
    if (total >= REPORT_SIZE) {
      const start = chunk.length - rest - REPORT_SIZE
      if (start < 0) {
        chunk.copy(this.#partial, this.#length, 0, REPORT_SIZE - this.#length)
        report = readOffset(this.#partial, 0)
      } else {
        report = readOffset(chunk, start)
      }
      this.#length = 0
    }
    chunk.copy(this.#partial, this.#length, chunk.length - Math.min(rest, chunk.length))
    this.#length = rest
    return report
  }
}

function readOffset(bytes: Buffer, position: number): number {
  const offset = readInt64(bytes, position)
  if (offset >= 0 && Number.isSafeInteger(offset)) return offset
  throw new CodecError(`${offset} is no offset of a commit log`)
}
