import {
  MAX_EXT_UNIT_SIZE,
  readExtUnit,
  type CqExtUnit,
} from '../../../codec/store/consume-queue-ext-unit.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { SeriesFile } from './store-directory.ts'

const WINDOW_BYTES = 2 * MAX_EXT_UNIT_SIZE

/** The units of one queue's consume queue ext by their offsets, which are to be asked for in order. */
export class ExtReader {
  readonly #fileSystem: FileSystem
  readonly #files: readonly SeriesFile[]
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(fileSystem: FileSystem, files: readonly SeriesFile[]) {
    this.#fileSystem = fileSystem
    this.#files = files
  }

  /** undefined where there is no whole unit. */
  read(offset: number): CqExtUnit | undefined {
    const at = offset - this.#windowStart
    const isInside = at >= 0 && at + MAX_EXT_UNIT_SIZE <= this.#window.length
    if (!isInside) this.#load(offset)
    return readExtUnit(this.#window, offset - this.#windowStart)
  }

  #load(offset: number): void {
    this.#windowStart = offset
    this.#window = Buffer.alloc(0)
    const file = this.#files.find(({ startOffset, size }) => {
      return offset >= startOffset && offset < startOffset + size
    })
    if (file === undefined) return
    const position = offset - file.startOffset
    const window = Buffer.alloc(Math.min(WINDOW_BYTES, file.size - position))
    const handle = this.#fileSystem.open(file.path, 'r')
    try {
      this.#window = window.subarray(0, handle.readSync(window, position))
    } finally {
      handle.close()
    }
  }
}
