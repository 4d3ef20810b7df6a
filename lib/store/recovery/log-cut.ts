import { join } from 'node:path'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { readStateFile, writeStateFile } from '../../common/state-file.ts'
import { StoreError } from '../errors.ts'
import { offsetToFileName } from '../logfile/file-name.ts'
import type { LogFile } from '../logfile/log-file.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'

const PIECE_BYTES = 1024 * 1024

interface CutOrder {
  readonly offset: number
  /** When it was given: part of the name under which the cut is kept. */
  readonly timeMs: number
  /** What is to be cut has been copied. */
  readonly isKept?: boolean
}

/**
 * Orders that the commit log is cut to end at `offset` when the store is started next. A running store cannot be cut: much is derived
 * from the log.
 */
export function orderLogCut(fileSystem: FileSystem, rootDirectory: string, order: CutOrder): void {
  writeStateFile(fileSystem, orderPath(rootDirectory), JSON.stringify(order))
}

/**
 * Cuts the log as ordered, and keeps what is cut in `cut-<time>-<offset>` beside it: what each file held from there on, under the
 * offset at which it begins. A crash in between does no harm: the next start goes on. Our own.
 */
export class LogCut {
  readonly #fileSystem: FileSystem
  readonly #rootDirectory: string
  readonly #logger: Logger

  constructor(fileSystem: FileSystem, rootDirectory: string, logger: Logger) {
    this.#fileSystem = fileSystem
    this.#rootDirectory = rootDirectory
    this.#logger = logger
  }

  /**
   * Returns whether the log was cut: all that is derived from it has to be checked then, as after a crash. A slave that was made the
   * master before the order was carried out keeps its log.
   */
  run(files: LogFileQueue, isSlave: boolean): boolean {
    const order = this.#order()
    if (order === undefined) return false
    const { offset, timeMs } = order
    if (!isSlave && order.isKept !== true) {
      this.#logger.warn({ offset }, 'the log is not cut: this broker is no slave any more')
      this.done()
      return false
    }
    const kept = join(this.#rootDirectory, `cut-${timeMs}-${offset}`)
    if (files.find(offset) !== undefined) {
      if (order.isKept !== true) {
        this.#keep(files, offset, kept)
        orderLogCut(this.#fileSystem, this.#rootDirectory, { ...order, isKept: true })
      }
      files.truncate(offset)
      this.#logger.warn(
        { offset, kept },
        "the log was cut where it parted from its master's; what was cut is kept",
      )
    }
    return true
  }

  /** The log is as it was ordered. */
  done(): void {
    const path = orderPath(this.#rootDirectory)
    for (const each of [`${path}.bak`, path]) this.#fileSystem.remove(each)
    this.#fileSystem.syncDirectory(this.#rootDirectory)
  }

  #order(): CutOrder | undefined {
    const order = readStateFile(
      this.#fileSystem,
      orderPath(this.#rootDirectory),
      (text) => JSON.parse(text) as Partial<CutOrder>,
    )
    if (order === undefined) return undefined
    const { offset, timeMs } = order
    if (Number.isSafeInteger(offset) && Number.isSafeInteger(timeMs)) return order as CutOrder
    throw new StoreError(`${orderPath(this.#rootDirectory)} is broken: remove it`)
  }

  #keep(files: LogFileQueue, offset: number, kept: string): void {
    this.#fileSystem.makeDirectory(kept)
    for (const file of files.files) {
      if (file.endOffset > offset) this.#copy(file, Math.max(file.startOffset, offset), kept)
    }
    this.#fileSystem.syncDirectory(kept)
  }

  /** What is written there of the file: pieces of zeroes take no space in the copy, and none at its end. */
  #copy(file: LogFile, from: number, directory: string): void {
    const copy = this.#fileSystem.open(join(directory, offsetToFileName(from)), 'w')
    try {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, file.endOffset - from))
      for (let offset = from; offset < file.endOffset; offset += buffer.length) {
        const piece = buffer.subarray(0, Math.min(buffer.length, file.endOffset - offset))
        file.readSync(piece, offset)
        if (piece.some((byte) => byte !== 0)) copy.writeSync(piece, offset - from)
      }
      copy.datasyncSync()
    } finally {
      copy.close()
    }
  }
}

function orderPath(rootDirectory: string): string {
  return join(rootDirectory, 'haCut.json')
}
