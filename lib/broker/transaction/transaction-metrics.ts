import { join } from 'node:path'
import { TransactionMetricsSerializeWrapper } from '../../../codec/body/transaction-metrics.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { repeat } from '../../common/repeat.ts'
import type { Service } from '../../common/service.ts'
import { readStateFile, writeStateFile, writeStateFileAsync } from '../../common/state-file.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'

export interface TransactionMetricsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'transactionMetricFlushInterval'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/**
 * How many transactions of each topic are open, in memory and in config/transactionMetrics, which is written every few
 * seconds when something has changed, and at the stop.
 *
 * Apache: broker.transaction.TransactionMetrics, TransactionMetricsFlushService
 */
export class TransactionMetrics implements Service {
  readonly dataVersion: DataVersion
  readonly #deps: TransactionMetricsDeps
  readonly #path: string
  #transactionCounts: TransactionMetricsSerializeWrapper['transactionCount'] = new Map()
  #isChanged = false
  #timer: Timer | undefined
  #writing: Promise<void> | undefined

  constructor(deps: TransactionMetricsDeps) {
    this.#deps = deps
    this.dataVersion = new DataVersion(deps.clock)
    this.#path = join(deps.storeConfig.storePathRootDir, 'config', 'transactionMetrics')
  }

  /** Reads the file, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => TransactionMetricsSerializeWrapper.decode(text)
    const file = readStateFile(this.#deps.fileSystem, this.#path, parse)
    if (file === undefined) return
    this.#transactionCounts = file.transactionCount
    this.dataVersion.assignNewOne(file.dataVersion)
  }

  start(): Promise<void> {
    const { clock, brokerConfig } = this.#deps
    const persist = () => this.#persistInBackground()
    this.#timer = repeat(clock, persist, () => brokerConfig.transactionMetricFlushInterval)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#writing
    if (!this.#isChanged) return
    this.#isChanged = false
    writeStateFile(this.#deps.fileSystem, this.#path, this.encode())
  }

  addAndGet(topic: string, value: number): number {
    const count = this.getTransactionCount(topic) + value
    this.#transactionCounts.set(topic, { count, timeStamp: this.#deps.clock.now() })
    this.dataVersion.nextVersion()
    this.#isChanged = true
    return count
  }

  getTransactionCount(topic: string): number {
    return this.#transactionCounts.get(topic)?.count ?? 0
  }

  /** Open transactions by topic. */
  get transactionCounts(): ReadonlyMap<string, { readonly count: number }> {
    return this.#transactionCounts
  }

  /** What the file holds. */
  encode(): Buffer {
    return TransactionMetricsSerializeWrapper.encode({
      dataVersion: this.dataVersion.toJSON(),
      transactionCount: this.#transactionCounts,
    })
  }

  #persistInBackground(): void {
    if (!this.#isChanged || this.#writing !== undefined) return
    this.#isChanged = false
    this.#writing = writeStateFileAsync(this.#deps.fileSystem, this.#path, this.encode())
      .catch((error: unknown) => {
        this.#isChanged = true
        this.#deps.logger.error({ err: error, path: this.#path }, 'transaction metrics not written')
      })
      .finally(() => (this.#writing = undefined))
  }
}
