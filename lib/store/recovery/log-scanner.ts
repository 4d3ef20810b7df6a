import { checkCrcProperty } from '../../../codec/message/crc-property.ts'
import { BLANK_MAGIC } from '../../../codec/message/record.ts'
import {
  isBodyIntact,
  isMessageMagic,
  locateParts,
  type RecordParts,
} from '../../../codec/message/record-reader.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { LogFile } from '../logfile/log-file.ts'
import { toDispatchRequest, type DispatchRequest } from '../reput/dispatch-request.ts'
import { LogPieces } from './log-pieces.ts'

const PREFIX_BYTES = 8
/** Disks write these as a whole. */
const SECTOR_BYTES = 512

export interface LogScannerDeps {
  readonly config: MessageStoreConfig
  readonly files: LogFileQueue
  readonly delayLevels: DelayLevels
  readonly onMessage: (request: DispatchRequest) => void
  /** Called after each piece of the log with the offset that has been reached. */
  readonly onProgress?: (offset: number) => void
}

/** How a scan ended. `reason` says why what stands at `endOffset` is not the next record. */
export interface ScanResult {
  readonly endOffset: number
  readonly reason: string
}

/**
 * Goes through the log record by record and checks each: magic, lengths, place, CRC. It ends at the first that is none, which is
 * where the log ends.
 *
 * Source: store.CommitLog#checkMessageAndReturnSize
 */
export class LogScanner {
  readonly #deps: LogScannerDeps
  #reason = 'end of the files'

  constructor(deps: LogScannerDeps) {
    this.#deps = deps
  }

  async scan(fromOffset: number): Promise<ScanResult> {
    let offset = fromOffset
    for (let file = this.#deps.files.find(offset); file !== undefined;) {
      const end = await this.#scanFile(file, offset)
      if (end !== undefined) return { endOffset: end, reason: this.#reason }
      const next = this.#deps.files.find(file.endOffset)
      if (next === undefined) return { endOffset: file.endOffset, reason: this.#reason }
      offset = next.startOffset
      file = next
    }
    return { endOffset: offset, reason: this.#reason }
  }

  /** Where the log ends; undefined when it goes on in the next file. */
  async #scanFile(file: LogFile, fromOffset: number): Promise<number | undefined> {
    const pieces = new LogPieces(file, fromOffset)
    try {
      let offset = fromOffset
      let piece = await pieces.first()
      while (offset < file.endOffset) {
        const step = this.#checkPiece(piece, offset, file)
        offset += step.bytes
        this.#deps.onProgress?.(offset)
        if (step.end === 'file') return undefined
        if (step.end === 'log') return offset
        piece = await pieces.next(piece.subarray(step.bytes))
      }
      return undefined
    } finally {
      await pieces.close()
    }
  }

  /** Checks the records that lie in `piece` as a whole. */
  #checkPiece(piece: Buffer, offset: number, file: LogFile): PieceResult {
    let at = 0
    while (piece.length - at >= PREFIX_BYTES) {
      const size = piece.readInt32BE(at)
      const magic = piece.readInt32BE(at + 4)
      if (magic === BLANK_MAGIC && size === file.endOffset - offset - at)
        return { bytes: at, end: 'file' }
      if (!isMessageMagic(magic)) return this.#stop(at, size === 0 ? 'nothing written' : 'no magic')
      if (size <= 0 || size > file.endOffset - offset - at) return this.#stop(at, 'impossible size')
      if (at + size > piece.length) return { bytes: at, end: undefined }
      const problem = this.#checkRecord(piece, at, size, offset + at, file)
      if (problem !== undefined) return this.#stop(at, problem)
      at += size
    }
    if (offset + piece.length >= file.endOffset) return { bytes: at, end: 'file' }
    return { bytes: at, end: undefined }
  }

  #stop(at: number, reason: string): PieceResult {
    this.#reason = reason
    return { bytes: at, end: 'log' }
  }

  /** Passes the record on; returns what is wrong with it instead. */
  #checkRecord(
    piece: Buffer,
    at: number,
    size: number,
    offset: number,
    file: LogFile,
  ): string | undefined {
    const { config, delayLevels } = this.#deps
    const parts = locateParts(piece, at, at + size)
    if (parts === undefined) return 'lengths that do not add up'
    if (config.checkCRCOnRecover) {
      const isIntact = config.forceVerifyPropCRC
        ? checkCrcProperty(piece.subarray(at, at + size))
        : isBodyIntact(piece, at, parts)
      if (!isIntact) return 'wrong CRC'
    }
    const sectorBytes = ((offset + size - 1 - file.startOffset) % SECTOR_BYTES) + 1
    if (isEndUnwritten(piece, parts, at + size - sectorBytes)) return 'an end that is not written'
    const request = toDispatchRequest(piece, at, parts, delayLevels)
    if (request.commitLogOffset !== offset) return 'a record of another place'
    this.#deps.onMessage(request)
    return undefined
  }
}

interface PieceResult {
  /** Bytes of whole records. */
  readonly bytes: number
  readonly end: 'file' | 'log' | undefined
}

/**
 * Whether a power loss took the record's last sector, which begins at `sectorStart`: no CRC covers topic and properties, but
 * neither ends with a zero byte.
 */
function isEndUnwritten(bytes: Buffer, parts: RecordParts, sectorStart: number): boolean {
  const { topicStart, topicEnd, propertiesStart, propertiesEnd } = parts
  const end = propertiesEnd > propertiesStart ? propertiesEnd : topicEnd
  const start = Math.max(sectorStart, topicStart)
  if (start >= end) return false
  for (let at = end - 1; at >= start; at--) if (bytes[at] !== 0) return false
  return true
}
