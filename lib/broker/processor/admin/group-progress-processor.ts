import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ConsumeStats, ConsumeStatsList } from '../../../../codec/body/consume-stats.ts'
import {
  QueryConsumeTimeSpanBody,
  type QueueTimeSpan,
} from '../../../../codec/body/query-consumer.ts'
import { GetConsumeStatsInBrokerHeader } from '../../../../codec/header/get-consume-stats.ts'
import { QueryConsumeTimeSpanRequestHeader } from '../../../../codec/header/query-consume-time-span.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { type Clock, timeMillisToHumanString } from '../../../common/clock.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { queueProgress } from './queue-progress.ts'

export interface GroupProgressDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'subscriptionGroupTable'>
  readonly consumerManager: Pick<ConsumerManager, 'mayConsume'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly messageStore: Pick<
    MessageStore,
    'getMaxOffsetInQueue' | 'getMessageStoreTimestamp' | 'getEarliestMessageTime'
  >
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'tpsGroupGetNums'>
  /** The broker's address as the client of a connection knows it. */
  readonly brokerAddr: (channel: Channel) => string
  readonly clock: Clock
}

/**
 * How far groups are, in offsets of all groups (GET_BROKER_CONSUME_STATS) and in time of one (QUERY_CONSUME_TIME_SPAN).
 *
 * Apache: broker.processor.AdminBrokerProcessor#fetchAllConsumeStatsInBroker, queryConsumeTimeSpan
 */
export class GroupProgressProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.GET_BROKER_CONSUME_STATS,
    RequestCode.QUERY_CONSUME_TIME_SPAN,
  ]

  readonly #deps: GroupProgressDeps

  constructor(deps: GroupProgressDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    return request.code === RequestCode.GET_BROKER_CONSUME_STATS
      ? this.#getBrokerConsumeStats(request, channel)
      : this.#queryConsumeTimeSpan(request)
  }

  async #getBrokerConsumeStats(
    request: RemotingCommand,
    channel: Channel,
  ): Promise<RemotingCommand> {
    const { isOrder } = GetConsumeStatsInBrokerHeader.decode(request.extFields)
    const consumeStatsList: ConsumeStatsList['consumeStatsList'] = []
    let totalDiff = 0
    let totalInflightDiff = 0
    for (const group of [...this.#deps.subscriptionGroupManager.subscriptionGroupTable.keys()]) {
      // Others have their turn between groups: offsets in memory are read at once.
      await nextTurn()
      const stats: ConsumeStats[] = []
      for (const topicConfig of this.#consumedTopics(group, isOrder)) {
        stats.push(await this.#statsOf(group, topicConfig))
      }
      for (const [, progress] of stats.flatMap(({ offsetTable }) => offsetTable)) {
        totalDiff += progress.brokerOffset - progress.consumerOffset
        totalInflightDiff += progress.pullOffset - progress.consumerOffset
      }
      consumeStatsList.push(new Map([[group, stats]]))
    }
    const brokerAddr = this.#deps.brokerAddr(channel)
    return success(
      ConsumeStatsList.encode({ brokerAddr, consumeStatsList, totalDiff, totalInflightDiff }),
    )
  }

  /** The topics for which a group has offsets; of a group that is online only what it subscribes to. */
  #consumedTopics(group: string, isOrder: boolean): TopicConfig[] {
    const { consumerOffsetManager, topicConfigManager, consumerManager } = this.#deps
    return consumerOffsetManager
      .whichTopicByConsumer(group)
      .map((topic) => topicConfigManager.selectTopicConfig(topic))
      .filter((config) => config !== undefined)
      .filter(({ order }) => order || !isOrder)
      .filter(({ topicName }) => consumerManager.mayConsume(group, topicName))
  }

  async #statsOf(group: string, topicConfig: TopicConfig): Promise<ConsumeStats> {
    const { topicName: topic, writeQueueNums } = topicConfig
    const { brokerName } = this.#deps.brokerConfig
    const offsetTable: ConsumeStats['offsetTable'] = []
    for (let queueId = 0; queueId < writeQueueNums; queueId++) {
      const progress = await queueProgress(this.#deps, group, topic, queueId)
      offsetTable.push([{ brokerName, queueId, topic }, progress])
    }
    const consumeTps = this.#deps.brokerStatsManager.tpsGroupGetNums(group, topic)
    return { consumeTps, offsetTable }
  }

  async #queryConsumeTimeSpan(request: RemotingCommand): Promise<RemotingCommand> {
    const { topic, group } = QueryConsumeTimeSpanRequestHeader.decode(request.extFields)
    const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (topicConfig === undefined) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist`)
    }
    const consumeTimeSpanSet: QueueTimeSpan[] = []
    for (let queueId = 0; queueId < topicConfig.writeQueueNums; queueId++) {
      consumeTimeSpanSet.push(await this.#timeSpan(group, topic, queueId))
    }
    return success(QueryConsumeTimeSpanBody.encode({ consumeTimeSpanSet }))
  }

  async #timeSpan(group: string, topic: string, queueId: number): Promise<QueueTimeSpan> {
    const { brokerConfig, consumerOffsetManager, messageStore } = this.#deps
    const timeOf = (offset: number) => messageStore.getMessageStoreTimestamp(topic, queueId, offset)
    const maxOffset = messageStore.getMaxOffsetInQueue(topic, queueId)
    const consumerOffset = consumerOffsetManager.queryOffset(group, topic, queueId)
    const minTimeStamp = await messageStore.getEarliestMessageTime(topic, queueId)
    const maxTimeStamp = await timeOf(maxOffset - 1)
    const consumeTimeStamp = consumerOffset > 0 ? await timeOf(consumerOffset - 1) : minTimeStamp
    return {
      messageQueue: { brokerName: brokerConfig.brokerName, queueId, topic },
      minTimeStamp,
      minTimeStampStr: formatDate(minTimeStamp),
      maxTimeStamp,
      maxTimeStampStr: formatDate(maxTimeStamp),
      consumeTimeStamp,
      consumeTimeStampStr: formatDate(consumeTimeStamp),
      delayTime: await this.#delayOf(group, topic, queueId),
    }
  }

  /** How long the next message has been waiting for the group; 0 when none is (Apache then counts from 1970). */
  async #delayOf(group: string, topic: string, queueId: number): Promise<number> {
    const { consumerOffsetManager, messageStore, clock } = this.#deps
    const next = consumerOffsetManager.queryOffset(group, topic, queueId)
    const storedAt =
      next < 0
        ? await messageStore.getEarliestMessageTime(topic, queueId)
        : await messageStore.getMessageStoreTimestamp(topic, queueId, next)
    return storedAt < 0 ? 0 : clock.now() - storedAt
  }
}

function success(body: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}

/** `2026-11-21#02:38:22:123` in local time. Source: common.UtilAll#YYYY_MM_DD_HH_MM_SS_SSS */
function formatDate(timestampMs: number): string {
  return timeMillisToHumanString(timestampMs).replace(' ', '#').replace(',', ':')
}
