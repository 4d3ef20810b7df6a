/** Pops of one kind that found a queue taken; -1 as `queueId` for those of all queues. */
export interface LockedOut {
  readonly topic: string
  readonly group: string
  readonly queueId: number
}

/**
 * Which queues are being popped from: one pop at a time for each queue of a group, because reading may wait for the disk.
 * Keys are those of popQueueKey. Apache: broker.processor.PopMessageProcessor.QueueLockManager
 */
export class QueueLockManager {
  /** By queue that is taken: who found it so. */
  readonly #locked = new Map<string, LockedOut[]>()

  /** True when the queue was free; it is now taken. */
  tryLock(key: string): boolean {
    if (this.#locked.has(key)) return false
    this.#locked.set(key, [])
    return true
  }

  /** Notes who has found a queue taken, each kind once. */
  lockedOut(key: string, who: LockedOut): void {
    const known = this.#locked.get(key)
    const isSame = ({ topic, queueId }: LockedOut) => topic === who.topic && queueId === who.queueId
    if (known !== undefined && !known.some(isSame)) known.push(who)
  }

  /** Who has found the queue taken meanwhile. */
  unLock(key: string): readonly LockedOut[] {
    const lockedOut = this.#locked.get(key) ?? []
    this.#locked.delete(key)
    return lockedOut
  }

  isLocked(key: string): boolean {
    return this.#locked.has(key)
  }
}
