import { join } from 'node:path'
import { ConsumerOrderInfoWrapper } from '../../../codec/body/consumer-order-info.ts'
import type { Timer } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { splitTopicAtGroup } from '../offset/topic-at-group.ts'
import {
  ConsumerOrderInfoLockManager,
  type LockFreeListener,
} from './consumer-order-info-lock-manager.ts'
import { getLockFreeTimestamp, type OrderInfo } from './order-info.ts'
import { OrderInfoTable, type OrderInfoTableDeps } from './order-info-table.ts'

export interface ConsumerOrderInfoManagerDeps extends OrderInfoTableDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableNotifyAfterPopOrderLockRelease'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly fileSystem: FileSystem
  readonly onLockFree: LockFreeListener
}

const PERSIST_PERIOD_MS = 10_000

/**
 * What was popped in order and is not acknowledged in full, in memory and in config/consumerOrderInfo.json, which is
 * written every ten seconds: after a crash a queue may be popped again a little early, as with Apache.
 *
 * Apache: broker.offset.ConsumerOrderInfoManager
 */
export class ConsumerOrderInfoManager extends OrderInfoTable implements Service {
  readonly #deps: ConsumerOrderInfoManagerDeps
  readonly #path: string
  readonly #locks: ConsumerOrderInfoLockManager
  #isChanged = false
  #timer: Timer | undefined

  constructor(deps: ConsumerOrderInfoManagerDeps) {
    super(deps)
    this.#deps = deps
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', 'consumerOrderInfo.json')
    this.#locks = new ConsumerOrderInfoLockManager(deps.clock, deps.onLockFree)
  }

  /** Reads consumerOrderInfo.json, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => ConsumerOrderInfoWrapper.decode(text)
    const file = readStateFile(this.#deps.fileSystem, this.#path, parse)
    if (file !== undefined) this.infos = file.table
  }

  start(): Promise<void> {
    this.#timer = this.#deps.clock.setInterval(() => this.#persistChanges(), PERSIST_PERIOD_MS)
    for (const [key, queues] of this.infos) {
      const names = splitTopicAtGroup(key)
      if (names === undefined) continue
      for (const [queueId, info] of queues) {
        this.#updateLockFreeTimestamp(names.topic, names.group, queueId, info)
      }
    }
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    this.#locks.shutdown()
    this.#persistChanges()
    return Promise.resolve()
  }

  /** Writes the file. */
  persist(): void {
    this.autoClean()
    const content = ConsumerOrderInfoWrapper.encode({ table: this.infos }, { pretty: true })
    writeStateFile(this.#deps.fileSystem, this.#path, content)
    this.#isChanged = false
  }

  protected override changed(
    topic: string,
    group: string,
    queueId: number,
    info: OrderInfo | undefined,
  ): void {
    this.#isChanged = true
    if (info !== undefined) this.#updateLockFreeTimestamp(topic, group, queueId, info)
  }

  #updateLockFreeTimestamp(topic: string, group: string, queueId: number, info: OrderInfo): void {
    if (!this.#deps.brokerConfig.enableNotifyAfterPopOrderLockRelease) return
    const freeMs = getLockFreeTimestamp(info, this.#deps.clock.now())
    if (freeMs !== undefined) {
      this.#locks.updateLockFreeTimestamp(topic, group, queueId, freeMs)
    }
  }

  #persistChanges(): void {
    if (!this.#isChanged) return
    try {
      this.persist()
    } catch (err) {
      this.#deps.logger.error({ err, path: this.#path }, 'consumer order info cannot be written')
    }
  }
}
