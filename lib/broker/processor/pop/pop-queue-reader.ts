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
import type { LockedOut, QueueLockManager } from '../../pop/queue-lock-manager.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'
import type { PopOffsets } from './pop-offsets.ts'
import { remainingOf, type Pop } from './popped.ts'
import { recodeRetryRecord } from './retry-record.ts'

export interface PopQueueReaderDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName' | 'popResponseReturnActualRetryTopic'>
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
  /** Wakes a held pop that found a queue taken. */
  readonly onUnlocked: (lockedOut: LockedOut) => void
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
      const { topic: poppedTopic, queueId: poppedQueueId, order } = pop.header
      locks.lockedOut(key, { topic: poppedTopic, group, queueId: poppedQueueId })
      if (order === true) return
      const offset = popOffsets.peek(topic, group, queueId, initMode)
      this.#addBlocked(pop, topic, queueId, offset, () => locks.isLocked(key))
      return
    }
    const popping = this.#tryPop(pop, topic, queueId)
    if (popping !== undefined) return popping.finally(() => this.#unLock(key))
    this.#unLock(key)
  }

  #unLock(key: string): void {
    for (const lockedOut of this.#deps.locks.unLock(key)) this.#deps.onUnlocked(lockedOut)
  }

  /** What fails costs the pop this queue, not the others. */
  #tryPop(pop: Pop, topic: string, queueId: number): void | Promise<void> {
    const failed = (thrown: unknown) => this.#failures.failed(thrown, { topic, queueId })
    try {
      const popping = this.#popLocked(pop, topic, queueId)
      if (popping !== undefined) return popping.then(() => this.#failures.worked(), failed)
      this.#failures.worked()
    } catch (thrown) {
      failed(thrown)
    }
  }

  #popLocked(pop: Pop, topic: string, queueId: number): void | Promise<void> {
    const { consumerGroup: group, initMode, order, attemptId, invisibleTime } = pop.header
    const { popOffsets, orderInfo, inflight } = this.#deps
    const offset = popOffsets.take(topic, group, queueId, initMode)
    const isPopShouldStop = () => inflight.isAboveThreshold(topic, group, queueId)
    if (isPopShouldStop()) {
      this.#addBlocked(pop, topic, queueId, offset, isPopShouldStop)
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
    // Before the messages are noted: what cannot be made into an answer must not count as handed out.
    const records = this.#recordsOf(pop, topic, offset, result.records)
    if (result.records.length > 0) {
      this.#count(pop, topic, result)
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
    pop.records.push(...records)
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

  /** Records as the client is to get them. */
  #recordsOf(
    pop: Pop,
    topic: string,
    ckQueueOffset: number,
    records: readonly Buffer[],
  ): readonly Buffer[] {
    const { brokerName, popResponseReturnActualRetryTopic } = this.#deps.brokerConfig
    if (popResponseReturnActualRetryTopic || !isRetryTopic(topic) || topic === pop.header.topic) {
      return records
    }
    const { popTime, reviveQid } = pop
    const { invisibleTime } = pop.header
    const handle = { ckQueueOffset, popTime, invisibleTime, reviveQid, brokerName }
    return records.map((record) => recodeRetryRecord(record, pop.header.topic, handle))
  }

  #addRest(pop: Pop, topic: string, queueId: number, offset: number): void {
    pop.restNum += this.#deps.messageStore.getMaxOffsetInQueue(topic, queueId) - offset
  }

  /** As #addRest for messages that cannot be had now: to try again before `isBlocked` changes would be in vain. */
  #addBlocked(
    pop: Pop,
    topic: string,
    queueId: number,
    offset: number,
    isBlocked: () => boolean,
  ): void {
    const before = pop.restNum
    this.#addRest(pop, topic, queueId, offset)
    pop.blockedNum += pop.restNum - before
    pop.blocks.push(isBlocked)
  }

  #count(pop: Pop, topic: string, { messageCount, records }: GetMessageResult): void {
    const { brokerStatsManager } = this.#deps
    const { consumerGroup: group } = pop.header
    let bytes = 0
    for (const record of records) bytes += record.length
    const { gets, messages } = brokerStatsManager
    if (messageCount > 0) {
      messages.incPopped(group, pop.header.topic, topic !== pop.header.topic, messageCount, bytes)
    }
    gets.incGroupGet(group, topic, messageCount, bytes)
  }
}
