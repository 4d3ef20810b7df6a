import type { Host } from '../../../codec/message/host.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import {
  decodeProperties,
  encodeProperties,
  findProperty,
} from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStore } from '../../store/types.ts'
import type { EscapeBridge } from '../failover/escape-bridge.ts'
import type { PopMessageMetrics } from '../metrics/pop-message-metrics.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import { newTopicConfig } from '../topic/topic-config.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic, isRetryTopic, parseNormalTopic } from '../topic/topic-names.ts'
import { RETRY_QUEUE_NUM, REVIVE_GROUP } from './pop-ack-constants.ts'
import {
  ackOffsetByIndex,
  isAcked,
  newCheckPoint,
  parseRePutTimes,
  reviveTimeOf,
  type PopCheckPoint,
} from './pop-check-point.ts'
import type { PopInflightMessageCounter } from './pop-inflight-message-counter.ts'
import type { ReviveLog } from './revive-log.ts'
import type { TimedPuts } from './timed-puts.ts'

export interface CheckPointReviverDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerName' | 'enableRetryTopicV2' | 'skipWhenCKRePutReachMaxTimes'
  >
  readonly messageStore: Pick<MessageStore, 'getMessage'>
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly escapeBridge: Pick<EscapeBridge, 'getMessage'>
  readonly timedPuts: TimedPuts
  readonly reviveLog: ReviveLog
  readonly inflight: PopInflightMessageCounter
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts'>
  readonly popMetrics: Pick<PopMessageMetrics, 'incReviveRetryMessage'>
  readonly clock: Clock
  readonly logger: Logger
  /** The broker's own address. */
  readonly brokerHost: () => Host
}

/** After how many seconds more what could not be revived is tried again, by the number of attempts. */
const REWRITE_INTERVALS_S = [
  10, 20, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200,
]

/**
 * Puts the messages of a check point that were not acknowledged in time into the group's retry topic. What cannot be
 * read or put now gets a check point of its own, for later.
 *
 * Apache: broker.processor.PopReviveService#reviveMsgFromCk, #reviveRetry, #rePutCK
 */
export class CheckPointReviver {
  readonly #deps: CheckPointReviverDeps

  constructor(deps: CheckPointReviverDeps) {
    this.#deps = deps
  }

  /**
   * Resolves with true when all that is not acknowledged is in the retry topic, or in a new check point in `reviveQid`; false
   * when the store takes neither. What is done has its bit in the check point then, so that the next try leaves it out.
   *
   * One message after the other: a check point may name 32 of the largest.
   */
  async revive(ck: PopCheckPoint, reviveQid: number): Promise<boolean> {
    if (!this.#isRemote(ck) && !this.#isWanted(ck)) return true
    let isAllDone = true
    for (let index = 0; index < ck.n; index++) {
      if (isAcked(ck.bm, index)) continue
      const isDone = await this.#reviveMessage(ck, ackOffsetByIndex(ck, index), reviveQid)
      if (isDone) ck.bm |= 1 << index
      else isAllDone = false
    }
    return isAllDone
  }

  /** False when the topic or the group has been deleted. */
  #isWanted({ t = '', c = '' }: PopCheckPoint): boolean {
    const { topicConfigManager, subscriptionGroupManager } = this.#deps
    if (topicConfigManager.selectTopicConfig(parseNormalTopic(t, c)) === undefined) return false
    return subscriptionGroupManager.findSubscriptionGroupConfig(c) !== undefined
  }

  /** False when the message is neither in the retry topic nor in a new check point. */
  async #reviveMessage(ck: PopCheckPoint, offset: number, reviveQid: number): Promise<boolean> {
    return (await this.#readAndRevive(ck, offset)) || this.#rePutCk(ck, offset, reviveQid)
  }

  /** False when the message cannot be read, or not be put into the retry topic. */
  async #readAndRevive(ck: PopCheckPoint, offset: number): Promise<boolean> {
    const { logger } = this.#deps
    const isRemote = this.#isRemote(ck)
    // Consumers of the topic come here only where it is.
    if (isRemote && !this.#isWanted(ck)) return false
    try {
      const message = await (isRemote ? this.#readRemote(ck, offset) : this.#read(ck, offset))
      return message === undefined || (await this.#reviveRetry(ck, message))
    } catch (thrown) {
      const err = toError(thrown)
      logger.error({ err, topic: ck.t, queueId: ck.q, offset }, 'message not revived')
      return false
    }
  }

  /** undefined when the message is no longer in the store; the store then goes on to the next one. */
  async #read({ t = '', q }: PopCheckPoint, offset: number): Promise<MessageExt | undefined> {
    const request = { group: REVIVE_GROUP, topic: t, queueId: q, offset, maxMsgNums: 1 }
    const { records } = await this.#deps.messageStore.getMessage(request)
    const [record] = records
    const message = record === undefined ? undefined : decodeRecord(record)
    return message !== undefined && holds(message, offset) ? message : undefined
  }

  #isRemote({ bn }: PopCheckPoint): boolean {
    return bn !== this.#deps.brokerConfig.brokerName
  }

  /** From the broker that has popped it out; a slave has written the check point here. */
  #readRemote({ t = '', q, bn = '' }: PopCheckPoint, offset: number) {
    return this.#deps.escapeBridge.getMessage(t, offset, q, bn)
  }

  #reviveRetry(ck: PopCheckPoint, message: MessageExt): Promise<boolean> {
    const { timedPuts, inflight, brokerStatsManager, popMetrics, logger } = this.#deps
    const properties = decodeProperties(message.properties)
    if (message.reconsumeTimes === 0 || !properties.has(MessageConst.PROPERTY_FIRST_POP_TIME)) {
      properties.set(MessageConst.PROPERTY_FIRST_POP_TIME, String(ck.pt))
    }
    const retry = this.#retryMessage(ck, message, properties)
    this.#addRetryTopicIfNotExist(retry.topic, ck.c ?? '')
    return new Promise((resolve) => {
      timedPuts.put(retry, properties, ({ appended, status }) => {
        popMetrics.incReviveRetryMessage(ck, status)
        if (appended === undefined) {
          logger.error({ topic: retry.topic, status }, 'message not revived')
        } else {
          inflight.decrementOfCheckPoint(ck)
          brokerStatsManager.puts.incTopicPut(retry.topic, 1, appended.size)
        }
        resolve(appended !== undefined)
      })
    })
  }

  #retryMessage(
    { t = '', c = '' }: PopCheckPoint,
    message: MessageExt,
    properties: ReadonlyMap<string, string>,
  ): MessageExtBrokerInner {
    const { brokerConfig, brokerHost } = this.#deps
    const host = brokerHost()
    return {
      topic: isRetryTopic(t) ? t : buildPopRetryTopic(t, c, brokerConfig.enableRetryTopicV2),
      queueId: 0,
      flag: message.flag,
      sysFlag: message.sysFlag,
      body: message.body,
      properties: encodeProperties(properties),
      bornTimestamp: message.bornTimestamp,
      bornHost: host,
      storeHost: host,
      reconsumeTimes: message.reconsumeTimes + 1,
      preparedTransactionOffset: 0,
    }
  }

  #addRetryTopicIfNotExist(topic: string, group: string): void {
    const { topicConfigManager, consumerOffsetManager } = this.#deps
    if (topicConfigManager.containsTopic(topic)) return
    const queueNums = { readQueueNums: RETRY_QUEUE_NUM, writeQueueNums: RETRY_QUEUE_NUM }
    topicConfigManager.createTopicIfAbsent(newTopicConfig(topic, queueNums))
    if (consumerOffsetManager.queryOffset(group, topic, 0) < 0)
      consumerOffsetManager.commitOffset(group, topic, 0, 0)
  }

  /** False when the store refuses. */
  async #rePutCk(ck: PopCheckPoint, offset: number, reviveQid: number): Promise<boolean> {
    const rePutTimes = parseRePutTimes(ck)
    const { brokerConfig, logger, reviveLog, clock } = this.#deps
    const isLast = rePutTimes >= REWRITE_INTERVALS_S.length
    if (isLast && brokerConfig.skipWhenCKRePutReachMaxTimes) {
      logger.warn({ topic: ck.t, group: ck.c, offset, rePutTimes }, 'message given up by revive')
      return true
    }
    const isOver = reviveTimeOf(ck) <= clock.now()
    const extraS = REWRITE_INTERVALS_S[Math.min(rePutTimes, REWRITE_INTERVALS_S.length - 1)] ?? 0
    const again = newCheckPoint({
      group: ck.c ?? '',
      topic: ck.t ?? '',
      queueId: ck.q,
      startOffset: offset,
      popTime: ck.pt,
      invisibleTime: isOver ? ck.it + extraS * 1000 : ck.it,
      brokerName: ck.bn ?? '',
      offsets: [offset],
    })
    again.rp = String(rePutTimes + 1)
    return new Promise((resolve) => reviveLog.putCheckPoint(again, reviveQid, resolve))
  }
}

/** Whether a record is that of the queue offset, or an inner batch with it. */
function holds({ queueOffset, properties }: MessageExt, offset: number): boolean {
  const batchNum = Number(findProperty(properties, MessageConst.PROPERTY_INNER_NUM) ?? 1)
  return offset >= queueOffset && offset < queueOffset + batchNum
}
