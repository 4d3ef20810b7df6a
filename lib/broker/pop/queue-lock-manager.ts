/**
 * Which queues are being popped from: one pop at a time for each queue of a group, because reading may wait for the disk.
 * Keys are those of popQueueKey. Apache: broker.processor.PopMessageProcessor.QueueLockManager
 */
export class QueueLockManager {
  readonly #locked = new Set<string>()

  /** True when the queue was free; it is now taken. */
  tryLock(key: string): boolean {
    if (this.#locked.has(key)) return false
    this.#locked.add(key)
    return true
  }

  unLock(key: string): void {
    this.#locked.delete(key)
  }

  isLocked(key: string): boolean {
    return this.#locked.has(key)
  }
}
