import { toError } from '../../common/errors.ts'
import type { Clock } from '../../common/clock.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import type { TailCache } from './tail-cache.ts'

/** A write that took longer than this found the page cache throttled. */
const STALL_MS = 50
/** For so much a round through the thread pool costs little, and the event loop goes on meanwhile. */
const LARGE_WRITE_BYTES = 512 * 1024
/** At once: what waits for the write waits for all of it. */
const MAX_WRITE_BYTES = 8 * 1024 * 1024

/** Bytes from `offset` on, from one chunk. */
interface Piece {
  readonly bytes: Buffer
  readonly offset: number
}

interface RunningWrite {
  /** Resolves when it has ended, with what went wrong. */
  readonly failure: Promise<Error | undefined>
  /** Monotonic. */
  readonly startMs: number
  /** All before it is written when nothing went wrong. */
  readonly endOffset: number
}

export interface LogWriterDeps {
  readonly clock: Clock
  readonly files: LogFileQueue
  readonly tail: TailCache
  /** All before `offset` has reached the page cache. */
  readonly onWritten: (offset: number) => void
  /** A write failed; nothing from `offset` on counts as written. */
  readonly onFailed: (error: Error, offset: number) => void
}

/**
 * Group commit: what was appended in one turn of the event loop goes to the page cache in one write at the turn's end.
 *
 * Writes are synchronous, because copying into the page cache is cheaper than a round through the thread pool. When one
 * stalls (dirty pages throttled), the next go through the thread pool until they are quick again, so that a slow disk
 * fills the bounded append buffer instead of stopping the event loop. So do large ones: a slave that catches up receives while it writes.
 */
export class LogWriter {
  readonly #deps: LogWriterDeps
  #writtenOffset = 0
  #endOffset = 0
  #scheduled = false
  #stalled = false
  /** Monotonic time at which the asynchronous write that runs was begun. */
  #writingSinceMs: number | undefined
  #idleWaiters: (() => void)[] = []

  constructor(deps: LogWriterDeps) {
    this.#deps = deps
  }

  get writtenOffset(): number {
    return this.#writtenOffset
  }

  /** Begins at `offset`, which is where the log ends. */
  reset(offset: number): void {
    this.#writtenOffset = offset
    this.#endOffset = offset
  }

  /** The present write finds the page cache throttled. */
  get isStalled(): boolean {
    return this.stalledMs > STALL_MS
  }

  /** For how long the present write has been running, in milliseconds. */
  get stalledMs(): number {
    if (this.#writingSinceMs === undefined) return 0
    return this.#deps.clock.monotonic() - this.#writingSinceMs
  }

  /** The log now ends at `endOffset`; writes up to there at the end of this turn. */
  schedule(endOffset: number): void {
    this.#endOffset = endOffset
    if (this.#scheduled || this.#writingSinceMs !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#write()
    })
  }

  /** Resolves when nothing is left to be written. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  #isIdle(): boolean {
    return !this.#scheduled && this.#writingSinceMs === undefined
  }

  #write(): void {
    if (this.#endOffset > this.#writtenOffset) {
      if (this.#stalled || this.#endOffset - this.#writtenOffset >= LARGE_WRITE_BYTES) {
        void this.#writeAsync()
        return
      }
      this.#writeSync(this.#endOffset)
    }
    this.#notifyIdle()
  }

  #writeSync(endOffset: number): void {
    const startMs = this.#deps.clock.monotonic()
    try {
      let offset = this.#writtenOffset
      for (let piece = this.#piece(offset); piece !== undefined; piece = this.#piece(offset)) {
        this.#deps.files.findOrCreate(piece.offset).writeSync(piece.bytes, piece.offset)
        offset = piece.offset + piece.bytes.length
      }
    } catch (error) {
      this.#fail(toError(error))
      return
    }
    this.#finish(endOffset, startMs)
  }

  /**
   * Through the thread pool, as long as there is enough for it. A write begins before it is told what the one before has
   * brought: the disk is the slow side of a slave that catches up, and should never wait for the event loop.
   */
  async #writeAsync(): Promise<void> {
    let write: RunningWrite | undefined = this.#begin(this.#writtenOffset)
    while (write !== undefined) {
      const error = await write.failure
      this.#writingSinceMs = undefined
      if (error !== undefined) {
        this.#fail(error)
        break
      }
      const { endOffset, startMs }: RunningWrite = write
      write = this.#isForThreadPool(endOffset, startMs) ? this.#begin(endOffset) : undefined
      this.#finish(endOffset, startMs)
    }
    if (this.#endOffset > this.#writtenOffset) this.schedule(this.#endOffset)
    this.#notifyIdle()
  }

  /** Begins to write what follows `offset`: all that lies in one file, up to a bound. */
  #begin(offset: number): RunningWrite {
    const { files, clock } = this.#deps
    const startMs = clock.monotonic()
    this.#writingSinceMs = startMs
    // What was appended stays in memory until it is written.
    const first = this.#piece(offset) as Piece
    const buffers = [first.bytes]
    const fileEnd = files.fileStart(first.offset) + files.fileSize
    let endOffset = first.offset + first.bytes.length
    for (let next = this.#piece(endOffset); next !== undefined; next = this.#piece(endOffset)) {
      if (next.offset > endOffset) {
        // Behind a blank the rest of its file is zero already.
        endOffset = next.offset
        break
      }
      if (endOffset === fileEnd || endOffset - first.offset >= MAX_WRITE_BYTES) break
      buffers.push(next.bytes)
      endOffset += next.bytes.length
    }
    return { failure: this.#writev(buffers, first.offset), startMs, endOffset }
  }

  async #writev(buffers: readonly Buffer[], offset: number): Promise<Error | undefined> {
    try {
      await this.#deps.files.findOrCreate(offset).writev(buffers, offset)
      return undefined
    } catch (error) {
      return toError(error)
    }
  }

  #isForThreadPool(writtenOffset: number, startMs: number): boolean {
    const bytes = this.#endOffset - writtenOffset
    return bytes >= LARGE_WRITE_BYTES || (bytes > 0 && this.#isSlow(startMs))
  }

  /** The next bytes to be written behind `offset`, from one chunk. */
  #piece(offset: number): Piece | undefined {
    const chunk = this.#deps.tail.find(offset) ?? this.#deps.tail.next(offset)
    if (chunk === undefined) return undefined
    const start = Math.max(offset - chunk.startOffset, 0)
    const bytes = chunk.buffer.subarray(start, chunk.length)
    return { bytes, offset: chunk.startOffset + start }
  }

  #finish(endOffset: number, startMs: number): void {
    this.#stalled = this.#isSlow(startMs)
    this.#writtenOffset = endOffset
    this.#deps.onWritten(endOffset)
  }

  #isSlow(startMs: number): boolean {
    return this.#deps.clock.monotonic() - startMs > STALL_MS
  }

  #fail(error: Error): void {
    this.#endOffset = this.#writtenOffset
    this.#deps.onFailed(error, this.#writtenOffset)
  }

  #notifyIdle(): void {
    if (!this.#isIdle()) return
    const waiters = this.#idleWaiters
    this.#idleWaiters = []
    for (const resolve of waiters) resolve()
  }
}
