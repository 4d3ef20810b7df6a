import { recordQueueOffset } from '../../../../codec/message/record-reader.ts'
import { msgOffsetInfo, startOffsetInfo } from '../../../../codec/pop-extra-info.ts'
import type { Clock } from '../../../common/clock.ts'
import { FailureLog } from '../../../common/failure-log.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { GetMessageResult, GetMessageStatus, MessageStore } from '../../../store/types.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { ConsumerOrderInfoManager } from '../../pop/consumer-order-info-manager.ts'
import { popQueueKey } from '../../pop/pop-ack-constants.ts'
import type { PopBufferMergeService } from '../../pop/pop-buffer-merge-service.ts'
import type { PopInflightMessageCounter } from '../../pop/pop-inflight-message-counter.ts'
import type { QueueLockManager } from '../../pop/queue-lock-manager.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'
import type { PopOffsets } from './pop-offsets.ts'
import { remainingOf, type Pop } from './popped.ts'
import { recodeRetryRecord } from './retry-record.ts'

export interface PopQueueReaderDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerName'
    | 'enablePopMessageThreshold'
    | 'popInflightMessageThreshold'
    | 'popResponseReturnActualRetryTopic'
  >
  readonly messageStore: Pick<MessageStore, 'getMessage' | 'getMaxOffsetInQueue'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly popOffsets: PopOffsets
  readonly buffer: PopBufferMergeService
  readonly orderInfo: ConsumerOrderInfoManager
  readonly inflight: PopInflightMessageCounter
  readonly locks: QueueLockManager
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/** The offset does not fit the queue: the group goes on where the store says. */
const WRONG_OFFSET: ReadonlySet<GetMessageStatus> = new Set([
  'OFFSET_TOO_SMALL',
  'OFFSET_OVERFLOW_BADLY',
  'OFFSET_FOUND_NULL',
])
/** Nothing for this pop, but the group has come further. */
const PASSED_BY: ReadonlySet<GetMessageStatus> = new Set([
  'NO_MATCHED_MESSAGE',
  'OFFSET_FOUND_NULL',
  'MESSAGE_WAS_REMOVING',
  'NO_MATCHED_LOGIC_QUEUE',
])

/** Pops from one queue at a time. Apache: broker.processor.PopMessageProcessor#popMsgFromQueue */
export class PopQueueReader {
  readonly #deps: PopQueueReaderDeps
  readonly #failures: FailureLog

  constructor(deps: PopQueueReaderDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'pop failed')
  }

  /** Adds to `pop` what the queue has for it. A promise only while the store reads from the disk. */
  popMsgFromQueue(pop: Pop, topic: string, queueId: number): void | Promise<void> {
    const { consumerGroup: group, initMode } = pop.header
    const { locks, popOffsets, buffer } = this.#deps
    const key = popQueueKey(topic, group, queueId)
    if (buffer.isQueueFull(key)) return
    if (!locks.tryLock(key)) {
      if (pop.header.order === true) return
      this.#addRest(pop, topic, queueId, popOffsets.peek(topic, group, queueId, initMode))
      return
    }
    let popping: void | Promise<void> = undefined
    try {
      popping = this.#popLocked(pop, topic, queueId)
    } finally {
      if (popping === undefined) locks.unLock(key)
    }
    return popping?.finally(() => locks.unLock(key))
  }

  #popLocked(pop: Pop, topic: string, queueId: number): void | Promise<void> {
    const { consumerGroup: group, initMode, order, attemptId, invisibleTime } = pop.header
    const { popOffsets, orderInfo, inflight } = this.#deps
    const offset = popOffsets.take(topic, group, queueId, initMode)
    if (this.#isPopShouldStop(topic, group, queueId)) {
      this.#addRest(pop, topic, queueId, offset)
      return
    }
    if (order === true) {
      if (orderInfo.checkBlock(attemptId, topic, group, queueId, invisibleTime)) return
      inflight.clearInFlightMessageNum(topic, group, queueId)
    }
    if (remainingOf(pop) <= 0) {
      this.#addRest(pop, topic, queueId, offset)
      return
    }
    return this.#read(pop, topic, queueId, offset)
  }

  #read(pop: Pop, topic: string, queueId: number, offset: number): void | Promise<void> {
    const result = this.#getMessage(pop, topic, queueId, offset)
    if (result instanceof Promise) return this.#finishRead(pop, topic, queueId, offset, result)
    if (WRONG_OFFSET.has(result.status)) {
      return this.#finishRead(pop, topic, queueId, offset, Promise.resolve(result))
    }
    this.#take(pop, topic, queueId, offset, result)
  }

  async #finishRead(
    pop: Pop,
    topic: string,
    queueId: number,
    offset: number,
    reading: Promise<GetMessageResult>,
  ): Promise<void> {
    try {
      const first = await reading
      if (!WRONG_OFFSET.has(first.status)) {
        this.#take(pop, topic, queueId, offset, first)
        return
      }
      const { consumerGroup: group } = pop.header
      const { nextBeginOffset, status } = first
      const fields = { group, topic, queueId, offset, nextBeginOffset, status }
      this.#deps.logger.info(fields, 'pop offset corrected')
      this.#deps.consumerOffsetManager.commitOffset(group, topic, queueId, nextBeginOffset)
      const second = await this.#getMessage(pop, topic, queueId, nextBeginOffset)
      this.#take(pop, topic, queueId, offset, second)
      this.#failures.worked()
    } catch (thrown) {
      this.#failures.failed(thrown, { topic, queueId })
    }
  }

  #getMessage(
    pop: Pop,
    topic: string,
    queueId: number,
    offset: number,
  ): GetMessageResult | Promise<GetMessageResult> {
    const { filter } = pop
    const group = pop.header.consumerGroup
    const maxMsgNums = remainingOf(pop)
    return this.#deps.messageStore.getMessage({ group, topic, queueId, offset, maxMsgNums, filter })
  }

  #take(pop: Pop, topic: string, queueId: number, offset: number, result: GetMessageResult): void {
    if (result.records.length > 0) {
      this.#count(pop, topic, queueId, result)
      const offsets = result.records.map((record) => recordQueueOffset(record, 0))
      if (!this.#note(pop, topic, queueId, offset, offsets, result)) {
        pop.restNum += result.messageCount
        return
      }
      pop.startOffsetInfo.push(startOffsetInfo(topic, queueId, offset))
      pop.msgOffsetInfo.push(msgOffsetInfo(topic, queueId, offsets))
    } else if (PASSED_BY.has(result.status) && result.nextBeginOffset > -1) {
      this.#passBy(pop, topic, queueId, offset, result.nextBeginOffset)
    }
    pop.restNum += result.maxOffset - result.nextBeginOffset
    this.#addRecords(pop, topic, offset, result.records)
    const { consumerGroup: group } = pop.header
    this.#deps.inflight.incrementInFlightMessageNum(topic, group, queueId, result.messageCount)
  }

  /** Notes that messages are handed out. False when they must not be. */
  #note(
    pop: Pop,
    topic: string,
    queueId: number,
    startOffset: number,
    offsets: readonly number[],
    { nextBeginOffset }: GetMessageResult,
  ): boolean {
    const { consumerGroup: group, attemptId, invisibleTime, order } = pop.header
    const { orderInfo, buffer, clock, brokerConfig } = this.#deps
    const { popTime, reviveQid } = pop
    if (order === true) {
      const times = { popTimeMs: popTime, invisibleTimeMs: invisibleTime, nowMs: clock.now() }
      const entries = orderInfo.update(topic, group, queueId, { attemptId, offsets, ...times })
      pop.orderCountInfo.push(...entries)
      this.#deps.consumerOffsetManager.commitOffset(group, topic, queueId, startOffset)
      return true
    }
    const { brokerName } = brokerConfig
    const place = { group, topic, queueId, startOffset, brokerName }
    const popped = { ...place, popTime, invisibleTime, offsets }
    this.#deps.brokerStatsManager.gets.incGroupCkNums(group, pop.header.topic, 1)
    const storing = buffer.addCheckPoint(popped, reviveQid, nextBeginOffset)
    if (storing === undefined) return false
    pop.pending.push(storing)
    return true
  }

  #passBy(pop: Pop, topic: string, queueId: number, startOffset: number, next: number): void {
    const { consumerGroup: group, invisibleTime, order } = pop.header
    const { consumerOffsetManager, buffer, brokerConfig } = this.#deps
    if (order === true) {
      consumerOffsetManager.commitOffset(group, topic, queueId, next)
      return
    }
    const { brokerName } = brokerConfig
    const place = { group, topic, queueId, startOffset, brokerName }
    const popped = { ...place, popTime: pop.popTime, invisibleTime, offsets: [] }
    buffer.addCkMock(popped, pop.reviveQid, next)
  }

  #addRecords(pop: Pop, topic: string, ckQueueOffset: number, records: readonly Buffer[]): void {
    const { brokerName, popResponseReturnActualRetryTopic } = this.#deps.brokerConfig
    if (popResponseReturnActualRetryTopic || !isRetryTopic(topic) || topic === pop.header.topic) {
      pop.records.push(...records)
      return
    }
    const { popTime, reviveQid } = pop
    const { invisibleTime } = pop.header
    const handle = { ckQueueOffset, popTime, invisibleTime, reviveQid, brokerName }
    for (const record of records) {
      pop.records.push(recodeRetryRecord(record, pop.header.topic, handle))
    }
  }

  #addRest(pop: Pop, topic: string, queueId: number, offset: number): void {
    pop.restNum += this.#deps.messageStore.getMaxOffsetInQueue(topic, queueId) - offset
  }

  #isPopShouldStop(topic: string, group: string, queueId: number): boolean {
    const { enablePopMessageThreshold, popInflightMessageThreshold } = this.#deps.brokerConfig
    if (!enablePopMessageThreshold) return false
    const count = this.#deps.inflight.getGroupPopInFlightMessageNum(topic, group, queueId)
    return count > popInflightMessageThreshold
  }

  #count(
    pop: Pop,
    topic: string,
    queueId: number,
    { messageCount, records }: GetMessageResult,
  ): void {
    const { brokerStatsManager, clock } = this.#deps
    const { consumerGroup: group } = pop.header
    let bytes = 0
    for (const record of records) bytes += record.length
    const { gets, messages } = brokerStatsManager
    if (messageCount > 0) {
      messages.incPopped(group, pop.header.topic, topic !== pop.header.topic, messageCount, bytes)
    }
    gets.incGroupGet(group, topic, messageCount, bytes)
    gets.incGroupGetLatency(group, pop.header.topic, queueId, clock.now() - pop.popTime)
  }
}
