import { unitCommitLogOffset, unitSize } from '../../../codec/store/consume-queue-unit.ts'
import { MIN_RECORD_SIZE, recordStoreTimestamp } from '../../../codec/message/record-reader.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { ConsumeQueueInterface } from '../consumequeue/consume-queue-interface.ts'
import type { AnyConsumeQueue } from '../consumequeue/consume-queue-store.ts'
import type { BoundaryType } from '../types.ts'
import type { ColdReader } from './cold-reader.ts'

/** Store times by queue offset. */
export class StoreTimes {
  readonly #log: CommitLog
  readonly #coldReader: ColdReader

  constructor(log: CommitLog, coldReader: ColdReader) {
    this.#log = log
    this.#coldReader = coldReader
  }

  /** -1 when there is no such message. */
  async at(queue: ConsumeQueueInterface, offset: number): Promise<number> {
    if (offset < queue.minOffset || offset >= queue.maxOffset) return -1
    const at = await queue.unitOf(offset)
    const unit = await queue.readUnits(at, at + 1)
    if (unit === undefined || unitSize(unit, 0) < MIN_RECORD_SIZE) return -1
    const commitLogOffset = unitCommitLogOffset(unit, 0)
    if (commitLogOffset < this.#log.minOffset) return -1
    const head =
      this.#log.tail.slice(commitLogOffset, MIN_RECORD_SIZE) ??
      (await this.#coldReader.read(commitLogOffset, MIN_RECORD_SIZE))
    return head?.length === MIN_RECORD_SIZE ? recordStoreTimestamp(head, 0) : -1
  }

  /**
   * `lower`: offset of the first message stored at `timestampMs` or later, the queue's end when there is none; `upper`: of the
   * last one stored then or earlier, 0 when there is none. Batches tell their store time in their units.
   * Source: store.ConsumeQueue#binarySearchInQueueByTime
   */
  async search(
    queue: AnyConsumeQueue,
    timestampMs: number,
    boundary: BoundaryType,
  ): Promise<number> {
    if (queue.cqType === 'BatchCQ') return queue.getOffsetInQueueByTime(timestampMs, boundary)
    let low = queue.minOffset
    let high = queue.maxOffset
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const storeTime = await this.at(queue, middle)
      const isBefore = boundary === 'lower' ? storeTime < timestampMs : storeTime <= timestampMs
      if (isBefore) low = middle + 1
      else high = middle
    }
    if (boundary === 'lower') return low
    return low === queue.minOffset ? 0 : low - 1
  }
}
