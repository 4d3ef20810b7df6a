import type { Range } from '../read/cold-reader.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import type { CQType } from '../types.ts'
import type { ExtWindow } from './ext-window.ts'

/** undefined when the file is not there. */
export type ReadUnits = Buffer | undefined | Promise<Buffer | undefined>

/**
 * What the kinds of consume queues have in common. Offsets are in messages; units have numbers, which the bytes of a queue's
 * files are counted by. Apache: store.queue.ConsumeQueueInterface
 */
export interface ConsumeQueueInterface {
  readonly cqType: CQType
  readonly topic: string
  readonly queueId: number
  readonly unitSize: number
  /** -1 for a queue of batches that has never had one. */
  readonly minOffset: number
  /** Offset that the next message gets. */
  readonly maxOffset: number
  /** End of the last message in the log; -1 when there is none. */
  readonly maxPhysicOffset: number
  readonly unwrittenBytes: number
  readonly needsFlush: boolean

  /** @throws StoreError when a file has the wrong size or is missing */
  load(lastExitOk: boolean): void
  /**
   * Finds the end: the first unit that has not been written, or points to `beforeOffset` of the log or beyond. What follows is
   * made zero when `clean` says so (after a crash, there may be remains of it).
   */
  recover(beforeOffset: number, clean: boolean): void
  /** Removes the units that point to `offset` of the log or beyond. */
  truncateDirty(offset: number): void
  /** Where in the log the last message stands; undefined when there is none. */
  lastMessage(): Range | undefined
  /** Adds the unit of a message or batch, unless it is there already. */
  put(request: DispatchRequest): void

  /** Brings the units that are only in memory to the page cache. @throws what the file system says */
  write(): void
  /** Brings all units to the disk. */
  flush(): Promise<void>

  /** Number of the unit that holds the message at `offset`, which is at least the minimum and below the maximum. */
  unitOf(offset: number): number | Promise<number>
  /** The unit that holds the message at `offset`, valid in this turn; zeroes where there is none. */
  readUnitSync(offset: number): Buffer
  /** Number of the next unit. */
  readonly unitEnd: number
  /** The end of the file that holds a unit: no get reads further in one go. */
  fileEnd(unit: number): number
  /** A view of the units from `from` to `to`, valid in this turn; undefined when they are not all in memory. */
  unitsInMemory(from: number, to: number): Buffer | undefined
  /**
   * The units from `from` to `to`, which lie in one file, or `least` of them at least (else all), when the others would have to be read:
   * at once when they were read before.
   */
  readUnits(from: number, to: number, least?: number): ReadUnits

  /**
   * What consume queue ext knows of the messages of these units: at once when it is in memory, and then valid in this turn;
   * undefined when it knows nothing.
   */
  extOf(units: Buffer): ExtWindow | undefined | Promise<ExtWindow>

  /** The log now begins at `minPhysicOffset`: removes files below and moves the minimum up. Apache: deleteExpiredFile, correctMinOffset */
  correctMinOffset(minPhysicOffset: number): void
  destroy(): void
  close(): void
}
