import { join } from 'node:path'
import { CURRENT_VERSION } from '../../../codec/mq-version.ts'
import { humanReadableByteCount } from '../../common/byte-count.ts'
import type { Clock } from '../../common/clock.ts'
import { diskUsedRatio } from '../../common/disk-usage.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { javaDouble } from '../../common/java-double.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { BrokerStats } from '../stats/broker-stats.ts'

export interface RuntimeInfoDeps {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir' | 'storePathCommitLog'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly messageStore: MessageStore
  /** Whether it does what only one broker of its group does. */
  readonly isActive: () => boolean
  readonly brokerStats: BrokerStats
  readonly scheduleMessageService: { buildRunningStats(): Map<string, string> }
  /** undefined without a timer wheel. */
  readonly timerMessageStore: { buildRunningStats(): Map<string, string> } | undefined
}

const VERSION_DESCRIPTION = 'V5_3_3'
/** Places of an off-heap buffer pool, when there is none. */
const NO_POOL = 2_147_483_647

/**
 * What GET_BROKER_RUNTIME_INFO tells, and how full the disks are.
 *
 * Apache: broker.processor.AdminBrokerProcessor#prepareRuntimeInfo, store.DefaultMessageStore#getRuntimeInfo
 */
export class RuntimeInfo {
  readonly #deps: RuntimeInfoDeps
  readonly #bootMs: number

  constructor(deps: RuntimeInfoDeps) {
    this.#deps = deps
    this.#bootMs = deps.clock.now()
  }

  async prepare(): Promise<Map<string, string>> {
    const entries = Object.entries({
      ...this.#deps.messageStore.getRuntimeInfo(),
      ...this.#identity(),
      ...this.#totals(),
      ...this.#queues(),
      ...(await this.#store()),
    })
    const info = new Map(entries.map(([key, value]) => [key, String(value)]))
    const { scheduleMessageService, timerMessageStore } = this.#deps
    for (const [key, value] of scheduleMessageService.buildRunningStats()) info.set(key, value)
    for (const [key, value] of timerMessageStore?.buildRunningStats() ?? []) info.set(key, value)
    return info
  }

  /** `CL:  0.35 CQ:  0.35 INDEX:  0.35`, used parts of 1. Source: broker.processor.SendMessageProcessor#diskUtil */
  diskUtil(): string {
    const ratios = this.#commitLogPaths.map((path) => this.#usedRatio(path))
    const log = ratioText(Math.min(...ratios))
    const root = ratioText(this.#usedRatio(this.#deps.storeConfig.storePathRootDir))
    return `CL: ${log} CQ: ${root} INDEX: ${root}`
  }

  get #commitLogPaths(): string[] {
    const { storePathCommitLog, storePathRootDir } = this.#deps.storeConfig
    return (storePathCommitLog || join(storePathRootDir, 'commitlog')).split(',')
  }

  #usedRatio(path: string): number {
    const { fileSystem, storeConfig } = this.#deps
    // The first file makes its directory.
    return diskUsedRatio(fileSystem, fileSystem.exists(path) ? path : storeConfig.storePathRootDir)
  }

  #identity() {
    return {
      brokerActive: this.#deps.isActive(),
      brokerVersion: CURRENT_VERSION,
      brokerVersionDesc: VERSION_DESCRIPTION,
      bootTimestamp: this.#bootMs,
      runtime: formatRuntime(this.#deps.clock.now() - this.#bootMs),
      startAcceptSendRequestTimeStamp: this.#deps.brokerConfig.startAcceptSendRequestTimeStamp,
    }
  }

  #totals() {
    const { yesterdayMorning, todayMorning, todayNow } = this.#deps.brokerStats
    return {
      msgPutTotalYesterdayMorning: yesterdayMorning.putNums,
      msgPutTotalTodayMorning: todayMorning.putNums,
      msgPutTotalTodayNow: todayNow.putNums,
      msgGetTotalYesterdayMorning: yesterdayMorning.getNums,
      msgGetTotalTodayMorning: todayMorning.getNums,
      msgGetTotalTodayNow: todayNow.getNums,
    }
  }

  /** Requests do not wait in queues here: they are processed as they come. */
  #queues() {
    const { brokerConfig } = this.#deps
    return {
      sendThreadPoolQueueSize: 0,
      sendThreadPoolQueueCapacity: brokerConfig.sendThreadPoolQueueCapacity,
      sendThreadPoolQueueHeadWaitTimeMills: 0,
      pullThreadPoolQueueSize: 0,
      pullThreadPoolQueueCapacity: brokerConfig.pullThreadPoolQueueCapacity,
      pullThreadPoolQueueHeadWaitTimeMills: 0,
      litePullThreadPoolQueueSize: 0,
      litePullThreadPoolQueueCapacity: brokerConfig.litePullThreadPoolQueueCapacity,
      litePullThreadPoolQueueHeadWaitTimeMills: 0,
      queryThreadPoolQueueSize: 0,
      queryThreadPoolQueueCapacity: brokerConfig.queryThreadPoolQueueCapacity,
      queryThreadPoolQueueHeadWaitTimeMills: 0,
      ackThreadPoolQueueSize: 0,
      ackThreadPoolQueueCapacity: brokerConfig.ackThreadPoolQueueCapacity,
      ackThreadPoolQueueHeadWaitTimeMills: 0,
      EndTransactionQueueSize: 0,
      EndTransactionThreadPoolQueueCapacity: brokerConfig.endTransactionPoolQueueCapacity,
    }
  }

  async #store() {
    const { messageStore, storeConfig } = this.#deps
    const oldest = await messageStore.lookMessageByOffset(messageStore.minPhysicalOffset)
    const ratios = this.#commitLogPaths.map((path) => ({ path, ratio: this.#usedRatio(path) }))
    return {
      commitLogDiskRatio: javaDouble(Math.min(...ratios.map(({ ratio }) => ratio))),
      ...Object.fromEntries(
        ratios.map(({ path, ratio }) => [`commitLogDiskRatio_${path}`, javaDouble(ratio)]),
      ),
      consumeQueueDiskRatio: javaDouble(this.#usedRatio(storeConfig.storePathRootDir)),
      commitLogDirCapacity: this.#capacity(),
      earliestMessageTimeStamp: oldest?.storeTimestamp ?? -1,
      remainTransientStoreBufferNumbs: NO_POOL,
      timerReadBehind: 0,
      timerOffsetBehind: 0,
      timerCongestNum: 0,
      timerEnqueueTps: '0.0',
      timerDequeueTps: '0.0',
    }
  }

  #capacity(): string {
    const path = this.#deps.storeConfig.storePathRootDir
    if (!this.#deps.fileSystem.exists(path)) return 'Total : 0 B, Free : 0 B.'
    const { total, free } = this.#deps.fileSystem.diskUsage(path)
    return `Total : ${humanReadableByteCount(total)}, Free : ${humanReadableByteCount(free)}.`
  }
}

function ratioText(ratio: number): string {
  return ratio.toFixed(2).padStart(5)
}

/** Source: store.StoreStatsService#getFormatRuntime */
function formatRuntime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  return `[ ${days} days, ${hours % 24} hours, ${minutes % 60} minutes, ${seconds % 60} seconds ]`
}
