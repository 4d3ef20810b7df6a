import { FailureLog } from '../../../common/failure-log.ts'
import type { Clock } from '../../../common/clock.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { GetMessageResult, GetMessageStatus, MessageStore } from '../../../store/types.ts'
import type { LiteEventDispatcher } from '../../lite/lite-event-dispatcher.ts'
import type { MemoryConsumerOrderInfoManager } from '../../lite/memory-consumer-order-info-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import { popQueueKey } from '../../pop/pop-ack-constants.ts'
import type { QueueLockManager } from '../../pop/queue-lock-manager.ts'
import { INIT_MODE_MAX, initPopOffset } from '../pop/pop-offsets.ts'

export interface LiteTopicReaderDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'initPopOffsetByCheckMsgInMem'>
  readonly messageStore: Pick<
    MessageStore,
    'getMessage' | 'getMinOffsetInQueue' | 'getMaxOffsetInQueue' | 'checkInMemByConsumeOffset'
  >
  readonly consumerOffsetManager: Pick<
    ConsumerOffsetManager,
    'queryOffset' | 'commitOffset' | 'queryThenEraseResetOffset'
  >
  readonly orderInfo: MemoryConsumerOrderInfoManager
  readonly dispatcher: Pick<LiteEventDispatcher, 'dispatchIfBehind' | 'retryLater'>
  readonly locks: QueueLockManager
  readonly clock: Clock
  readonly logger: Logger
}

/** What a pop wants of one lite topic. */
export interface LitePop {
  readonly clientId: string
  readonly group: string
  readonly attemptId: string | undefined
  readonly popTime: number
  readonly invisibleTime: number
  readonly maxNum: number
}

/** What it got. */
export interface LitePopped {
  readonly records: readonly Buffer[]
  /** For each message: how often it was popped before. */
  readonly orderCountInfo: readonly string[]
  readonly nextBeginOffset: number
}

const QUEUE_ID = 0
const NEVER_POPPED = '0'
/** The offset does not fit the queue: the group goes on where the store says. */
const WRONG_OFFSET: ReadonlySet<GetMessageStatus> = new Set([
  'OFFSET_TOO_SMALL',
  'OFFSET_OVERFLOW_BADLY',
  'OFFSET_FOUND_NULL',
  'NO_MATCHED_MESSAGE',
  'MESSAGE_WAS_REMOVING',
  'NO_MATCHED_LOGIC_QUEUE',
])

/** Pops from one lite topic, always in order. Apache: broker.processor.PopLiteMessageProcessor#popLiteTopic */
export class LiteTopicReader {
  readonly #deps: LiteTopicReaderDeps
  readonly #failures: FailureLog

  constructor(deps: LiteTopicReaderDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'pop of a lite topic failed')
  }

  /** undefined when nothing can be had now; then the client is told again when that changes. */
  async popLiteTopic(lmqName: string, pop: LitePop): Promise<LitePopped | undefined> {
    const { locks, dispatcher, messageStore } = this.#deps
    const { group } = pop
    // One that was removed, or to which nothing was sent yet: the group gets no offset in it.
    if (messageStore.getMaxOffsetInQueue(lmqName, QUEUE_ID) <= 0) return undefined
    const key = popQueueKey(lmqName, group, QUEUE_ID)
    if (!locks.tryLock(key)) {
      locks.lockedOut(key, { topic: lmqName, group, queueId: QUEUE_ID })
      return undefined
    }
    try {
      const popped = await this.#popLocked(lmqName, pop)
      this.#failures.worked()
      return popped
    } catch (thrown) {
      this.#failures.failed(thrown, { group, lmqName })
      dispatcher.retryLater(pop.clientId, group)
      return undefined
    } finally {
      if (locks.unLock(key).length > 0) dispatcher.dispatchIfBehind(group, lmqName)
    }
  }

  async #popLocked(lmqName: string, pop: LitePop): Promise<LitePopped | undefined> {
    const { orderInfo } = this.#deps
    const { attemptId, group, invisibleTime } = pop
    if (orderInfo.checkBlock(attemptId, lmqName, group, QUEUE_ID, invisibleTime)) return undefined
    const offset = this.#popOffset(lmqName, group)
    const result = await this.#getMessage(lmqName, group, offset, pop.maxNum)
    const orderCountInfo = result.records.length === 0 ? [] : this.#note(lmqName, pop, result)
    const { records, nextBeginOffset } = result
    return { records, orderCountInfo, nextBeginOffset }
  }

  #popOffset(lmqName: string, group: string): number {
    const { consumerOffsetManager, orderInfo } = this.#deps
    let offset = consumerOffsetManager.queryOffset(group, lmqName, QUEUE_ID)
    if (offset < 0) {
      offset = initPopOffset(this.#deps, lmqName, QUEUE_ID, INIT_MODE_MAX)
      consumerOffsetManager.commitOffset(group, lmqName, QUEUE_ID, offset)
    }
    const reset = consumerOffsetManager.queryThenEraseResetOffset(lmqName, group, QUEUE_ID)
    if (reset === undefined) return offset
    orderInfo.clearBlock(lmqName, group, QUEUE_ID)
    consumerOffsetManager.commitOffset(group, lmqName, QUEUE_ID, reset)
    return reset
  }

  async #getMessage(
    lmqName: string,
    group: string,
    offset: number,
    maxMsgNums: number,
  ): Promise<GetMessageResult> {
    const { messageStore, consumerOffsetManager, logger } = this.#deps
    const place = { group, topic: lmqName, queueId: QUEUE_ID, maxMsgNums, filter: undefined }
    const result = await messageStore.getMessage({ ...place, offset })
    if (!WRONG_OFFSET.has(result.status)) return result
    const { nextBeginOffset, status } = result
    logger.warn({ group, lmqName, offset, nextBeginOffset, status }, 'lite topic: offset corrected')
    consumerOffsetManager.commitOffset(group, lmqName, QUEUE_ID, nextBeginOffset)
    return messageStore.getMessage({ ...place, offset: nextBeginOffset })
  }

  /** Notes that messages are handed out. */
  #note(lmqName: string, pop: LitePop, { records, nextBeginOffset }: GetMessageResult): string[] {
    const { orderInfo, clock } = this.#deps
    const { attemptId, popTime: popTimeMs, invisibleTime: invisibleTimeMs } = pop
    const first = nextBeginOffset - records.length
    const offsets = records.map((_, index) => first + index)
    const entries = orderInfo.update(lmqName, pop.group, QUEUE_ID, {
      ...{ attemptId, popTimeMs, invisibleTimeMs, offsets, nowMs: clock.now() },
    })
    const countOf = new Map(
      entries.slice(0, -1).map((entry) => [Number(/%(\d+) /.exec(entry)?.[1]), entry]),
    )
    return offsets.map((offset) => countOf.get(offset) ?? NEVER_POPPED)
  }
}
