import type { Clock, Timer } from '../../common/clock.ts'
import { popQueueKey } from './pop-ack-constants.ts'

/** The longest delay that timers take. */
const MAX_WAIT_MS = 0x7fffffff

/** Tells that a queue that was popped in order may be popped again, because messages have become visible. */
export type LockFreeListener = (topic: string, group: string, queueId: number) => void

/**
 * Waits for the times at which queues open by themselves, so that held pops are woken.
 * Apache: broker.offset.ConsumerOrderInfoLockManager
 */
export class ConsumerOrderInfoLockManager {
  readonly #clock: Clock
  readonly #onLockFree: LockFreeListener
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock, onLockFree: LockFreeListener) {
    this.#clock = clock
    this.#onLockFree = onLockFree
  }

  /** Sets the time of a queue, in place of an earlier one. */
  updateLockFreeTimestamp(topic: string, group: string, queueId: number, freeMs: number): void {
    const key = popQueueKey(topic, group, queueId)
    this.#timers.get(key)?.cancel()
    const timer = this.#clock.setTimeout(
      () => {
        this.#timers.delete(key)
        this.#onLockFree(topic, group, queueId)
      },
      Math.min(Math.max(freeMs - this.#clock.now(), 0), MAX_WAIT_MS),
    )
    this.#timers.set(key, timer)
  }

  shutdown(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
