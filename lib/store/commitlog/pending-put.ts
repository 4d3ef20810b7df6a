import type { AppendResult, PutMessageCallback } from '../types.ts'

/** A put that has been appended and waits to be written, perhaps to be flushed. */
export interface PendingPut {
  readonly done: PutMessageCallback
  readonly appended: AppendResult
  /** The end of its last record. */
  readonly endOffset: number
  /** The producer asked not to wait for more than the page cache (property WAIT=false). */
  readonly waitStoreMsgOk: boolean
  readonly topic: string
  readonly queueId: number
  /** The queue's next offset before this put, to be restored when it cannot be written. */
  readonly previousQueueOffset: number
}
