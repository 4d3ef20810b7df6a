import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import type { Clock } from '../../common/clock.ts'
import { getOrAdd } from '../../common/maps.ts'

/** A lock that its owner does not renew ends after this. Apache: system property rocketmq.broker.rebalance.lockMaxLiveTime */
export const REBALANCE_LOCK_MAX_LIVE_TIME_MS = 60_000

interface LockEntry {
  clientId: string
  renewedMs: number
}

/**
 * Which client of a group may consume a queue in order. A lock belongs to a client id and lives for
 * REBALANCE_LOCK_MAX_LIVE_TIME_MS after the owner's last call.
 *
 * Apache: broker.client.rebalance.RebalanceLockManager
 */
export class RebalanceLockManager {
  readonly #clock: Clock
  readonly #locks = new Map<string, Map<string, LockEntry>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes or renews what is free, expired or the client's own; returns the queues that it owns now. */
  tryLockBatch(group: string, queues: readonly MessageQueue[], clientId: string): MessageQueue[] {
    const nowMs = this.#clock.now()
    const entries = getOrAdd(this.#locks, group, () => new Map<string, LockEntry>())
    const owned = new Map<string, MessageQueue>()
    for (const queue of queues) {
      const key = queueKey(queue)
      const entry = entries.get(key)
      if (entry !== undefined && entry.clientId !== clientId && !isExpired(entry, nowMs)) continue
      entries.set(key, { clientId, renewedMs: nowMs })
      owned.set(key, queue)
    }
    return [...owned.values()]
  }

  /** Frees those of `queues` that the client owns. */
  unlockBatch(group: string, queues: readonly MessageQueue[], clientId: string): void {
    const entries = this.#locks.get(group)
    if (entries === undefined) return
    for (const queue of queues) {
      const key = queueKey(queue)
      if (entries.get(key)?.clientId === clientId) entries.delete(key)
    }
  }

  /** True when no client holds a live lock of the group. */
  isLockAllExpired(group: string): boolean {
    const nowMs = this.#clock.now()
    for (const entry of this.#locks.get(group)?.values() ?? []) {
      if (!isExpired(entry, nowMs)) return false
    }
    return true
  }

  /** Forgets expired locks, which count as free anyway. Called from time to time, so that the table stays small. */
  removeExpired(): void {
    const nowMs = this.#clock.now()
    for (const [group, entries] of this.#locks) {
      for (const [key, entry] of entries) {
        if (isExpired(entry, nowMs)) entries.delete(key)
      }
      if (entries.size === 0) this.#locks.delete(group)
    }
  }
}

function isExpired(entry: LockEntry, nowMs: number): boolean {
  return nowMs - entry.renewedMs > REBALANCE_LOCK_MAX_LIVE_TIME_MS
}

/** Equal for the same queue. */
export function queueKey(queue: MessageQueue): string {
  return JSON.stringify([queue.topic, queue.brokerName, queue.queueId])
}
