import type { Clock } from '../../common/clock.ts'
import type { ConsumeQueueStore } from '../consumequeue/consume-queue-store.ts'
import type { IndexService } from '../index/index-service.ts'

/** Longer runs are cut, so that sockets get their turn. */
const SLICE_MS = 5

export interface CleanConsumeQueueDeps {
  readonly clock: Clock
  readonly queues: ConsumeQueueStore
  readonly index: IndexService
  /** Where the commit log begins. */
  readonly minOffset: () => number
}

/**
 * What is derived from the log follows its beginning: files of consume queues and of the index that point below it only are
 * removed, and the queues' minimum offsets move up.
 *
 * Apache: store.DefaultMessageStore.CleanConsumeQueueService, CorrectLogicOffsetService
 */
export class CleanConsumeQueueService {
  readonly #deps: CleanConsumeQueueDeps
  #cleanedOffset = 0

  constructor(deps: CleanConsumeQueueDeps) {
    this.#deps = deps
  }

  /** Does nothing when the log begins where it did the last time. @throws (rejects) what the file system says */
  async run(): Promise<void> {
    const { clock, queues, index } = this.#deps
    const minOffset = this.#deps.minOffset()
    if (minOffset <= this.#cleanedOffset) return
    let endMs = clock.monotonic() + SLICE_MS
    for (const queue of [...queues.queues()]) {
      queue.correctMinOffset(minOffset)
      if (clock.monotonic() <= endMs) continue
      await new Promise((resolve) => setImmediate(resolve))
      endMs = clock.monotonic() + SLICE_MS
    }
    await index.deleteExpiredFiles(minOffset)
    this.#cleanedOffset = minOffset
  }
}
