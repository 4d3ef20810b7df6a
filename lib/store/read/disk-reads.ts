import { BusyError, toError, UnreadableError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'

/** Files whose failure has been logged; when there are more, they are logged again. */
const TOLD_MAX = 1_000

export interface DiskReadsDeps {
  readonly logger: Logger
  /** Reads at a time, and reads that may wait for their turn. */
  readonly concurrency: number
  readonly waitingMax: number
}

/**
 * All reads of a store's files for its users: a bounded number at a time, others waiting in a bounded line. A file that cannot be
 * read is logged once.
 */
export class DiskReads {
  readonly #deps: DiskReadsDeps
  readonly #told = new Set<string>()
  #running = 0
  #waiting: (() => void)[] = []

  constructor(deps: DiskReadsDeps) {
    this.#deps = deps
  }

  /**
   * Calls `read` when it is its turn; it looks for its file then, as that may have gone meanwhile. `place` is what the log
   * calls it. @throws (rejects) BusyError; UnreadableError for what the file system says
   */
  async run<T>(place: string, read: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await read()
    } catch (thrown) {
      const error = toError(thrown)
      this.#tell(place, error)
      throw new UnreadableError(`the store cannot be read: ${error.message}`, { cause: error })
    } finally {
      this.#leave()
    }
  }

  #tell(place: string, err: Error): void {
    if (this.#told.has(place)) return
    if (this.#told.size >= TOLD_MAX) this.#told.clear()
    this.#told.add(place)
    this.#deps.logger.error({ err, place }, 'the store cannot be read')
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
