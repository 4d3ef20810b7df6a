import { BusyError } from '../../common/errors.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import { BLOCK_BYTES, BlockCache } from './block-cache.ts'

/** A place in the log. */
export interface Range {
  readonly offset: number
  readonly size: number
}

export interface ColdReaderDeps {
  readonly files: LogFileQueue
  /** Reads at a time, and reads that may wait for their turn. */
  readonly concurrency: number
  readonly waitingMax: number
  /** For blocks that have been read. */
  readonly cacheBytes: number
  /** What lies below is never written again. */
  readonly writtenOffset: () => number
}

/** Reads the log from the disk: in large pieces, a bounded number at a time, others waiting in a bounded line. */
export class ColdReader {
  readonly #deps: ColdReaderDeps
  readonly #blocks: BlockCache
  #running = 0
  #waiting: (() => void)[] = []

  constructor(deps: ColdReaderDeps) {
    this.#deps = deps
    this.#blocks = new BlockCache(deps.cacheBytes)
  }

  /**
   * Reads up to `size` bytes from `offset` on, not beyond the file's end; undefined when the file is not there (any more).
   * @throws (rejects) BusyError, or what the file system says
   */
  async read(offset: number, size: number): Promise<Buffer | undefined> {
    await this.#enter()
    try {
      const file = this.#deps.files.find(offset)
      if (file === undefined) return undefined
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, file.endOffset - offset))
      const count = await file.read(bytes, offset)
      return bytes.subarray(0, count)
    } finally {
      this.#leave()
    }
  }

  /** Reads records for consumers; for each range its bytes, undefined where they are not there (any more). */
  async readRanges(ranges: readonly Range[]): Promise<(Buffer | undefined)[]> {
    const results: (Buffer | undefined)[] = []
    for (const range of ranges) {
      const isGone = this.#deps.files.find(range.offset) === undefined
      results.push(isGone ? undefined : (this.#fromCache(range) ?? (await this.#readRange(range))))
    }
    return results
  }

  #fromCache({ offset, size }: Range): Buffer | undefined {
    const start = this.#blockStart(offset)
    return slice(this.#blocks.get(start), offset - start, size)
  }

  async #readRange({ offset, size }: Range): Promise<Buffer | undefined> {
    const start = this.#blockStart(offset)
    const blockEnd = Math.min(start + BLOCK_BYTES, this.#fileEnd(offset))
    if (offset + size > blockEnd || blockEnd > this.#deps.writtenOffset()) {
      return slice(await this.read(offset, size), 0, size)
    }
    const block = await this.#blocks.getOrLoad(start, () => this.read(start, BLOCK_BYTES))
    return slice(block, offset - start, size)
  }

  /** Blocks are counted from the start of a file, and the last one ends with it. */
  #blockStart(offset: number): number {
    return offset - ((offset - this.#deps.files.fileStart(offset)) % BLOCK_BYTES)
  }

  #fileEnd(offset: number): number {
    const { files } = this.#deps
    return files.fileStart(offset) + files.fileSize
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#deps.concurrency) {
      this.#running++
      return
    }
    if (this.#waiting.length >= this.#deps.waitingMax) {
      throw new BusyError('too many reads wait for the disk')
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}

/** A part of `bytes`; undefined when it is not all there. */
function slice(bytes: Buffer | undefined, start: number, size: number): Buffer | undefined {
  if (bytes === undefined || start + size > bytes.length) return undefined
  return bytes.subarray(start, start + size)
}
