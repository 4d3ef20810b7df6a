import type { AppendResult, PutMessageCallback } from '../types.ts'

/** A put that has been appended and waits to be written, perhaps to be flushed. */
export interface PendingPut {
  readonly done: PutMessageCallback
  readonly appended: AppendResult
  /** The end of its last record. */
  readonly endOffset: number
  /** The producer asked not to wait for more than the page cache (property WAIT=false). */
  readonly waitStoreMsgOk: boolean
  /** Replicas, the master included, that must have it before it is answered. */
  readonly ackNums: number
  readonly topic: string
  readonly queueId: number
  /** The queue's next offset before this put, to be restored when it cannot be written. */
  readonly previousQueueOffset: number
  /** Light message queues that gave it an offset. */
  readonly lmqs: readonly string[]
}

/** The puts that have been appended and not yet written, in the order of the log. */
export class PendingPuts {
  #puts: PendingPut[] = []

  add(put: PendingPut): void {
    this.#puts.push(put)
  }

  /** Those that end at `offset` or before: the log has been written up to there. */
  takeWritten(offset: number): PendingPut[] {
    const last = this.#puts.at(-1)
    if (last === undefined || last.endOffset <= offset) return this.takeAll()
    return this.#puts.splice(
      0,
      this.#puts.findIndex((put) => put.endOffset > offset),
    )
  }

  takeAll(): PendingPut[] {
    const puts = this.#puts
    this.#puts = []
    return puts
  }
}
