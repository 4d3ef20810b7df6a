import type { FailureLog } from '../../common/failure-log.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import { PutMessageStatus, type PutMessageResult } from '../types.ts'

export interface AppendGateDeps {
  readonly files: LogFileQueue
  readonly failures: FailureLog
  /** The page cache does not take what has been appended. */
  readonly isBusy: () => boolean
}

/** Whether the log takes messages now. */
export class AppendGate {
  readonly #deps: AppendGateDeps
  /** Why nothing may be written any more. */
  #failure: string | undefined
  /** What a failed write may have left behind the log's end must become zero before the next write. */
  #dirtyFrom: number | undefined

  constructor(deps: AppendGateDeps) {
    this.#deps = deps
  }

  /** Refuses everything from now on, for a reason that goes into the answers. */
  close(reason: string): void {
    this.#failure ??= reason
  }

  /** A write failed: nobody knows what stands at `offset` and behind. */
  markDirty(offset: number): void {
    this.#dirtyFrom = offset
  }

  /** The answer to a put that cannot be taken now. */
  refusal(): PutMessageResult | undefined {
    const unwritable = this.unwritable()
    if (unwritable !== undefined || !this.#deps.isBusy()) return unwritable
    return { status: PutMessageStatus.OS_PAGE_CACHE_BUSY, reason: 'the page cache is busy' }
  }

  /** The same when the log cannot be written at all; that it is busy does not count. */
  unwritable(): PutMessageResult | undefined {
    const { SERVICE_NOT_AVAILABLE } = PutMessageStatus
    if (this.#failure !== undefined) {
      return { status: SERVICE_NOT_AVAILABLE, reason: this.#failure }
    }
    if (this.#dirtyFrom !== undefined && !this.#clean(this.#dirtyFrom)) {
      const reason = 'the commit log cannot be written, see the log of the store'
      return { status: SERVICE_NOT_AVAILABLE, reason }
    }
    return undefined
  }

  #clean(offset: number): boolean {
    try {
      this.#deps.files.truncate(offset)
      this.#dirtyFrom = undefined
      return true
    } catch (error) {
      this.#deps.failures.failed(error, { offset })
      return false
    }
  }
}
