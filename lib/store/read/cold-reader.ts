import type { LogFileQueue } from '../logfile/log-file-queue.ts'

/** A place in the log. */
export interface Range {
  readonly offset: number
  readonly size: number
}

/** Records that are this close are read in one go, with what lies between them. */
const GAP_MAX = 16 * 1024
const READ_MAX = 1024 * 1024

/** Too many reads wait for the disk. */
export class ReadsExhaustedError extends Error {
  override readonly name = 'ReadsExhaustedError'
}

/** Reads the log from the disk: large ranges, a bounded number at a time, others waiting in a bounded line. */
export class ColdReader {
  readonly #files: LogFileQueue
  readonly #concurrency: number
  readonly #waitingMax: number
  #running = 0
  #waiting: (() => void)[] = []

  constructor(files: LogFileQueue, concurrency: number, waitingMax: number) {
    this.#files = files
    this.#concurrency = concurrency
    this.#waitingMax = waitingMax
  }

  /**
   * Reads up to `size` bytes from `offset` on, not beyond the file's end; undefined when the file is not there (any more).
   * @throws (rejects) ReadsExhaustedError, or what the file system says
   */
  async read(offset: number, size: number): Promise<Buffer | undefined> {
    await this.#enter()
    try {
      const file = this.#files.find(offset)
      if (file === undefined) return undefined
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, file.endOffset - offset))
      const count = await file.read(bytes, offset)
      return bytes.subarray(0, count)
    } finally {
      this.#leave()
    }
  }

  /** Reads ranges, given in ascending order; for each its bytes, undefined where they are not there (any more). */
  async readRanges(ranges: readonly Range[]): Promise<(Buffer | undefined)[]> {
    const results: (Buffer | undefined)[] = []
    for (let i = 0; i < ranges.length;) {
      const first = ranges[i] as Range
      const count = this.#countTogether(ranges, i)
      const last = ranges[i + count - 1] as Range
      const bytes = await this.read(first.offset, last.offset + last.size - first.offset)
      for (const { offset, size } of ranges.slice(i, i + count)) {
        const part = bytes?.subarray(offset - first.offset, offset - first.offset + size)
        results.push(part?.length === size ? part : undefined)
      }
      i += count
    }
    return results
  }

  #countTogether(ranges: readonly Range[], from: number): number {
    const first = ranges[from] as Range
    const fileEnd = this.#files.find(first.offset)?.endOffset ?? first.offset
    let end = first.offset + first.size
    let count = 1
    for (let next = ranges[from + 1]; next !== undefined; next = ranges[from + count]) {
      const nextEnd = next.offset + next.size
      const fits = next.offset >= end && next.offset - end <= GAP_MAX && nextEnd <= fileEnd
      if (!fits || nextEnd - first.offset > READ_MAX) break
      end = nextEnd
      count++
    }
    return count
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++
      return
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw new ReadsExhaustedError('too many reads wait for the disk')
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
