import type { BrokerConfig } from '../../config/broker-config.ts'
import { topicAtGroup } from '../offset/topic-at-group.ts'
import {
  ConsumerOrderInfoLockManager,
  type LockFreeListener,
} from '../pop/consumer-order-info-lock-manager.ts'
import { getMaxLockFreeTimestamp, type OrderInfo } from '../pop/order-info.ts'
import { OrderInfoTable, type OrderInfoTableDeps } from '../pop/order-info-table.ts'

export interface MemoryConsumerOrderInfoManagerDeps extends OrderInfoTableDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableNotifyAfterPopOrderLockRelease'>
  readonly onLockFree: LockFreeListener
}

/**
 * What was popped of lite topics and is not acknowledged. It is not written anywhere: after a restart messages come again, as with
 * Apache.
 *
 * Apache: broker.offset.MemoryConsumerOrderInfoManager
 */
export class MemoryConsumerOrderInfoManager extends OrderInfoTable {
  readonly #deps: MemoryConsumerOrderInfoManagerDeps
  readonly #locks: ConsumerOrderInfoLockManager

  constructor(deps: MemoryConsumerOrderInfoManagerDeps) {
    super(deps)
    this.#deps = deps
    this.#locks = new ConsumerOrderInfoLockManager(deps.clock, deps.onLockFree)
  }

  /** Pairs of a topic and a group of which something is known. */
  get orderInfoCount(): number {
    return this.infos.size
  }

  remove(topic: string, group: string): void {
    this.infos.delete(topicAtGroup(topic, group))
  }

  /** Keeps a queue closed until `visibleMs`; the pop before does not count as one. Nothing happens when it was not the last. */
  suspendQueue(
    topic: string,
    group: string,
    queueId: number,
    popTimeMs: number,
    visibleMs: number,
  ): void {
    const info = this.find(topic, group, queueId)
    if (info === undefined || popTimeMs !== info.popTime) return
    for (const [offset, count] of info.oc ?? []) info.oc?.set(offset, Math.max(count - 1, 0))
    info.ot = undefined
    info.i = visibleMs - info.popTime
    this.changed(topic, group, queueId, info)
  }

  shutdown(): void {
    this.#locks.shutdown()
  }

  protected override changed(
    topic: string,
    group: string,
    queueId: number,
    info: OrderInfo | undefined,
  ): void {
    if (info === undefined || !this.#deps.brokerConfig.enableNotifyAfterPopOrderLockRelease) return
    const freeMs = getMaxLockFreeTimestamp(info, this.#deps.clock.now())
    if (freeMs !== undefined) this.#locks.updateLockFreeTimestamp(topic, group, queueId, freeMs)
  }
}
