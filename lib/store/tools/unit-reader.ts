import {
  CQ_STORE_UNIT_SIZE,
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
} from '../../../codec/store/consume-queue-unit.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { SeriesFile } from './store-directory.ts'

/**
 * The units of one consume queue by their queue offset. A window of them is in memory; to be read in order. The file is
 * open only while the window is read, for there may be thousands of queues.
 */
export class UnitReader {
  readonly #fileSystem: FileSystem
  readonly #files: readonly SeriesFile[]
  readonly #windowBytes: number
  #window: Buffer = Buffer.alloc(0)
  #windowPosition = 0

  constructor(fileSystem: FileSystem, files: readonly SeriesFile[], windowUnits: number) {
    this.#fileSystem = fileSystem
    this.#files = files
    this.#windowBytes = windowUnits * CQ_STORE_UNIT_SIZE
  }

  /** First queue offset that the files have a place for. */
  get firstOffset(): number {
    return Math.ceil((this.#files[0]?.startOffset ?? 0) / CQ_STORE_UNIT_SIZE)
  }

  /** The 20 bytes of a unit, valid until the next call; undefined where no file is. */
  read(queueOffset: number): Buffer | undefined {
    const position = queueOffset * CQ_STORE_UNIT_SIZE
    let at = position - this.#windowPosition
    if (at < 0 || at + CQ_STORE_UNIT_SIZE > this.#window.length) {
      this.#load(position)
      at = 0
    }
    return at + CQ_STORE_UNIT_SIZE <= this.#window.length
      ? this.#window.subarray(at, at + CQ_STORE_UNIT_SIZE)
      : undefined
  }

  #load(position: number): void {
    this.#windowPosition = position
    this.#window = this.#window.subarray(0, 0)
    const file = this.fileAt(position / CQ_STORE_UNIT_SIZE)
    if (file === undefined) return
    const left = file.startOffset + file.size - position
    const window = Buffer.allocUnsafe(Math.min(left, this.#windowBytes))
    const handle = this.#fileSystem.open(file.path, 'r')
    try {
      this.#window = window.subarray(0, handle.readSync(window, position - file.startOffset))
    } finally {
      handle.close()
    }
  }

  /** The file that a unit lies in. */
  fileAt(queueOffset: number): SeriesFile | undefined {
    const position = queueOffset * CQ_STORE_UNIT_SIZE
    return this.#files.find(
      ({ startOffset, size }) => position >= startOffset && position < startOffset + size,
    )
  }

  /**
   * The first queue offset that is not written, at or behind which nothing is: what the next message gets. Looked for from
   * the start in growing steps, for most queues are short.
   */
  findEnd(): number {
    const last = this.#files.at(-1)
    let low = this.firstOffset
    if (last === undefined) return low
    const limit = Math.floor((last.startOffset + last.size) / CQ_STORE_UNIT_SIZE)
    let high = limit
    for (let step = 1; low + step < limit; step *= 2) {
      if (this.#isWritten(low + step - 1)) continue
      high = low + step - 1
      break
    }
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#isWritten(middle)) low = middle + 1
      else high = middle
    }
    return low
  }

  #isWritten(queueOffset: number): boolean {
    const unit = this.read(queueOffset)
    return unit !== undefined && isUnitWritten(unit, 0)
  }

  /** The first queue offset with a message at or behind `logStart`, of those below `end`. */
  findFirst(end: number, logStart: number): number {
    let low = this.firstOffset
    let high = low < end && this.#isMessage(low, logStart) ? low : end
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#isMessage(middle, logStart)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Not so for zeroes, nor for the units that stand before a queue's first. */
  #isMessage(queueOffset: number, logStart: number): boolean {
    const unit = this.read(queueOffset)
    if (unit === undefined || !isUnitWritten(unit, 0) || isUnitBlank(unit, 0)) return false
    return unitCommitLogOffset(unit, 0) >= logStart
  }
}
