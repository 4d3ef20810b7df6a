import type { LogFileQueue } from '../logfile/log-file-queue.ts'

/**
 * Brings the log from the page cache to the disk: one fdatasync at a time, on the thread pool.
 *
 * After a failed fdatasync nobody knows what is on the disk, and a second call would claim success: the flusher then
 * refuses all further work.
 */
export class LogFlusher {
  readonly #files: LogFileQueue
  #flushedOffset = 0
  #running: Promise<void> | undefined
  #failure: Error | undefined

  constructor(files: LogFileQueue) {
    this.#files = files
  }

  get flushedOffset(): number {
    return this.#flushedOffset
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Begins at `offset`: all before it is taken for flushed. */
  reset(offset: number): void {
    this.#flushedOffset = offset
  }

  /**
   * Resolves when all before `offset`, which has been written, is on the disk. A call that meets a running one waits for it
   * first. @throws (rejects) what the file system says
   */
  async flush(offset: number): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined)
    if (this.#failure !== undefined) throw this.#failure
    if (offset <= this.#flushedOffset) return
    this.#running = this.#sync(offset)
    try {
      await this.#running
      this.#flushedOffset = offset
    } catch (error) {
      this.#failure = error as Error
      throw error
    } finally {
      this.#running = undefined
    }
  }

  async #sync(offset: number): Promise<void> {
    let position = this.#flushedOffset
    while (position < offset) {
      const file = this.#files.find(position)
      if (file === undefined) return
      await file.datasync()
      position = file.endOffset
    }
  }
}
