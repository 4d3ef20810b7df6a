import type { LiteLagInfo } from '../../../codec/body/lite-info.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { LiteConfig } from '../../config/lite-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import { topicAtGroup } from '../offset/topic-at-group.ts'
import { isLiteTopicQueue, parseLmqName } from './lite-topic-names.ts'

export interface LiteConsumerLagDeps {
  readonly liteConfig: Pick<LiteConfig, 'liteLagLatencyTopK' | 'liteLagLatencyCollectEnable'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'>
  readonly consumerOffsetManager: Pick<
    ConsumerOffsetManager,
    'queryOffset' | 'queryOffsets' | 'whichTopicByConsumer'
  >
}

/** How far a group is behind. */
export interface LiteLags {
  readonly top: readonly LiteLagInfo[]
  readonly total: number
}

/**
 * How far groups are behind in lite topics: counted when asked for; the times are noted when messages are popped.
 * Apache: broker.metrics.LiteConsumerLagCalculator
 */
export class LiteConsumerLagCalculator {
  readonly #deps: LiteConsumerLagDeps
  /** By parent and group: store time of the first message that was not popped, of the queues where it is oldest. */
  readonly #lagTimes = new Map<string, Map<string, number>>()

  constructor(deps: LiteConsumerLagDeps) {
    this.#deps = deps
  }

  /** Notes a pop; `nextOffset` is of the first message that it left over, undefined when it took all there was. */
  async collect(
    group: string,
    parentTopic: string,
    lmqName: string,
    nextOffset: number | undefined,
  ): Promise<void> {
    const { liteConfig, messageStore } = this.#deps
    if (!liteConfig.liteLagLatencyCollectEnable) return
    const storeTimestamp =
      nextOffset === undefined
        ? -1
        : await messageStore.getMessageStoreTimestamp(lmqName, 0, nextOffset)
    const key = topicAtGroup(parentTopic, group)
    if (storeTimestamp > 0) {
      const times = getOrAdd(this.#lagTimes, key, () => new Map<string, number>())
      times.set(lmqName, storeTimestamp)
      if (times.size > liteConfig.liteLagLatencyTopK) removeLatest(times)
      return
    }
    const times = this.#lagTimes.get(key)
    times?.delete(lmqName)
    if (times?.size === 0) this.#lagTimes.delete(key)
  }

  /** The lite topics with the most messages that a group has not consumed, and how many there are in all. */
  async getLagCountTopK(group: string, topK: number): Promise<LiteLags> {
    const { consumerOffsetManager, messageStore } = this.#deps
    const lags: { lmqName: string; offset: number; lagCount: number }[] = []
    for (const lmqName of consumerOffsetManager.whichTopicByConsumer(group)) {
      const offset = consumerOffsetManager.queryOffsets(group, lmqName).get(0)
      if (offset === undefined || !isLiteTopicQueue(lmqName)) continue
      const lagCount = this.#lagOf(lmqName, offset)
      if (lagCount > 0) lags.push({ lmqName, offset, lagCount })
    }
    lags.sort((a, b) => b.lagCount - a.lagCount)
    const top = lags.slice(0, topK).map(async ({ lmqName, offset, lagCount }) => {
      const time = await messageStore.getMessageStoreTimestamp(lmqName, 0, offset)
      return infoOf(lmqName, lagCount, time)
    })
    return { top: await Promise.all(top), total: lags.reduce((sum, lag) => sum + lag.lagCount, 0) }
  }

  /** The lite topics whose messages have waited longest, and the first of these times, -1 for none. */
  getLagTimestampTopK(group: string, parentTopic: string, topK: number): LiteLags {
    const { consumerOffsetManager } = this.#deps
    const times = this.#lagTimes.get(topicAtGroup(parentTopic, group)) ?? new Map<string, number>()
    const top = [...times]
      .sort(([, a], [, b]) => a - b)
      .slice(0, topK)
      .map(([lmqName, time]) => {
        const offset = consumerOffsetManager.queryOffset(group, lmqName, 0)
        return infoOf(lmqName, this.#lagOf(lmqName, offset), time)
      })
    return { top, total: top[0]?.earliestUnconsumedTimestamp ?? -1 }
  }

  #lagOf(lmqName: string, offset: number): number {
    if (offset < 0) return 0
    return Math.max(this.#deps.messageStore.getMaxOffsetInQueue(lmqName, 0) - offset, 0)
  }
}

function infoOf(
  lmqName: string,
  lagCount: number,
  earliestUnconsumedTimestamp: number,
): LiteLagInfo {
  return { liteTopic: parseLmqName(lmqName)?.liteTopic, lagCount, earliestUnconsumedTimestamp }
}

function removeLatest(times: Map<string, number>): void {
  const [latest] = [...times].sort(([, a], [, b]) => b - a)
  if (latest !== undefined) times.delete(latest[0])
}
