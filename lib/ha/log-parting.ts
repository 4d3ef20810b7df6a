import { toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'

/** What a slave may do whose log is not its master's. */
export interface LogCutter {
  /** Where the master's log ends, as it says itself. Rejects when it does not say. */
  masterMaxOffset(): Promise<number>
  /** This log and its master's are the same up to `commonEnd` only. @throws what the file system says */
  cut(commonEnd: number): void
}

/** What an attempt to follow the master has brought to light. */
export interface Finding {
  /** Of the ReplicationError that ended it. */
  readonly code: string
  /** Where the master says that its log ends, before the end of this one. */
  readonly masterEnd: number | undefined
  /** Up to where both logs were compared and are the same. */
  readonly commonEnd: number | undefined
}

/**
 * Finds out where a slave's log parts from its master's, and has it cut there. Nothing is cut that the master may have: behind the cut
 * there are other bytes in its log, or it says that its log ends there. That it has not sent more is no proof: it may be slow, or
 * have removed files meanwhile.
 *
 * Our own; Apache's slave cuts nothing.
 */
export class LogParting {
  /** undefined: nothing is to be done about it. */
  readonly #cutter: LogCutter | undefined
  readonly #logger: Logger
  #comparesMore = false

  constructor(cutter: LogCutter | undefined, logger: Logger) {
    this.#cutter = cutter
    this.#logger = logger
  }

  /** The next attempt compares more than the last record. */
  get comparesMore(): boolean {
    return this.#comparesMore
  }

  /** Returns whether the next attempt will bring more to light. */
  consider({ code, masterEnd, commonEnd }: Finding): boolean {
    if (this.#cutter === undefined) return false
    if (masterEnd === undefined && commonEnd === undefined) {
      this.#comparesMore = !this.#comparesMore
      return this.#comparesMore
    }
    this.#comparesMore = false
    if (masterEnd !== undefined) this.#cut(this.#cutter, masterEnd)
    else if (code === 'DIVERGED') this.#cut(this.#cutter, commonEnd as number)
    else void this.#cutWhereMasterEnds(this.#cutter, commonEnd as number)
    return false
  }

  #cut(cutter: LogCutter, commonEnd: number): void {
    try {
      cutter.cut(commonEnd)
    } catch (error) {
      const reason = toError(error).message
      this.#logger.error({ commonEnd, reason }, 'the log is not cut: the order cannot be written')
    }
  }

  async #cutWhereMasterEnds(cutter: LogCutter, commonEnd: number): Promise<void> {
    try {
      const masterMaxOffset = await cutter.masterMaxOffset()
      if (masterMaxOffset === commonEnd) this.#cut(cutter, commonEnd)
      else {
        this.#logger.error(
          { commonEnd, masterMaxOffset },
          'the log is not cut: the master has more of its log than it sends',
        )
      }
    } catch (error) {
      this.#logger.error(
        { commonEnd, reason: toError(error).message },
        'the log is not cut: the master does not tell where its own ends',
      )
    }
  }
}
