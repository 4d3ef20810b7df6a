import type { CommitLog } from './commitlog/commit-log.ts'
import type { ConsumeQueueStore } from './consumequeue/consume-queue-store.ts'
import type { IndexService } from './index/index-service.ts'
import type { ReputService } from './reput/reput-service.ts'
import type { StoreCheckpoint } from './store-checkpoint.ts'

export interface StoreFlusherDeps {
  readonly log: CommitLog
  readonly queues: ConsumeQueueStore
  readonly index: IndexService
  readonly reput: ReputService
}

/**
 * Brings the store to the disk and notes in the checkpoint from when on recovery has to look: first the log, then what is derived
 * from it, then the checkpoint.
 */
export class StoreFlusher {
  readonly #deps: StoreFlusherDeps
  /** Of the message that was dispatched last. */
  #storeTimestamp = 0
  /** Up to where the log was dispatched when the checkpoint was written last. */
  #checkpointOffset = -1

  constructor(deps: StoreFlusherDeps) {
    this.#deps = deps
  }

  /** What lies below this offset of the log is on the disk, and so is all that is derived from it. */
  get durableOffset(): number {
    return this.#checkpointOffset
  }

  /** All messages stored up to `storeTimestamp` have been dispatched. */
  dispatched(storeTimestamp: number): void {
    this.#storeTimestamp = storeTimestamp
  }

  /** What has been dispatched now is on the disk afterwards, and noted as such: the log may have grown meanwhile. */
  async flush(checkpoint: StoreCheckpoint): Promise<void> {
    const { log, queues, index, reput } = this.#deps
    const storeTimestamp = this.#storeTimestamp
    const offset = reput.reputFromOffset
    if (offset === this.#checkpointOffset) return
    await log.flusher.flush(log.writtenOffset)
    await queues.flush()
    await index.flush(checkpoint, storeTimestamp)
    checkpoint.values.physicMsgTimestamp = storeTimestamp
    checkpoint.values.logicsMsgTimestamp = storeTimestamp
    await checkpoint.flush()
    this.#checkpointOffset = offset
  }
}
