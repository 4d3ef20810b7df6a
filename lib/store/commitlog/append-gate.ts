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
    const { SERVICE_NOT_AVAILABLE, OS_PAGE_CACHE_BUSY } = PutMessageStatus
    if (this.#failure !== undefined) {
      return { status: SERVICE_NOT_AVAILABLE, reason: this.#failure }
    }
    if (this.#dirtyFrom !== undefined && !this.#clean(this.#dirtyFrom)) {
      const reason = 'the commit log cannot be written, see the log of the store'
      return { status: SERVICE_NOT_AVAILABLE, reason }
    }
    if (this.#deps.isBusy()) {
      return { status: OS_PAGE_CACHE_BUSY, reason: 'the page cache is busy' }
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
