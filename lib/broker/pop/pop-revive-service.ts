import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { GetMessageStatus, type GetMessageResult, type MessageStore } from '../../store/types.ts'
import type { PopMessageMetrics } from '../metrics/pop-message-metrics.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { CheckPointReviver } from './check-point-reviver.ts'
import { REVIVE_GROUP } from './pop-ack-constants.ts'
import type { PopCheckPoint } from './pop-check-point.ts'
import { ReviveTable } from './revive-table.ts'
import type { TimedPuts } from './timed-puts.ts'

export interface PopReviveServiceDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerName' | 'reviveInterval' | 'reviveScanTime' | 'enableSkipLongAwaitingAck'
  >
  readonly messageStore: Pick<
    MessageStore,
    'getMessage' | 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'
  >
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'commitOffset'>
  readonly timedPuts: Pick<TimedPuts, 'isBehind'>
  readonly reviver: Pick<CheckPointReviver, 'revive'>
  readonly popMetrics: Pick<PopMessageMetrics, 'incReviveGet'>
  readonly clock: Clock
  readonly logger: Logger
  readonly reviveTopic: string
  readonly queueId: number
  /** Resolves when the events at hand have been handled. */
  readonly nextTurn: () => Promise<void>
}

const READ_MAX_MESSAGES = 32
/** Check points that are revived at the same time. */
const REVIVE_AT_ONCE = 16
/** While check points wait, the queue is looked at again after this at the soonest. */
const MIN_PERIOD_MS = 100

/**
 * Reads one revive queue: of each check point whose time has passed, it revives what is not acknowledged. The group's offset
 * is that of the last check point that is dealt with; after a crash what follows it is read again.
 *
 * Apache: broker.processor.PopReviveService, which reads again all that waits in each round; this one keeps it.
 */
export class PopReviveService implements Service {
  readonly #deps: PopReviveServiceDeps
  readonly #failures: FailureLog
  #table: ReviveTable
  /** Check points whose time has passed and that are not dealt with, in the order of the queue. */
  #due: PopCheckPoint[] = []
  #nextOffset = 0
  #committedOffset = -1
  #shouldRunPopRevive = true
  #timer: Timer | undefined
  #isStopped = false
  #running: Promise<void> | undefined

  constructor(deps: PopReviveServiceDeps) {
    this.#deps = deps
    this.#table = new ReviveTable(deps.brokerConfig.brokerName)
    this.#failures = new FailureLog(deps.logger, 'revive queue cannot be read')
  }

  start(): Promise<void> {
    this.#isStopped = false
    this.#reload()
    this.#schedule()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Whether this broker revives: masters do, slaves do not. From now on it begins with what is committed. */
  setShouldRunPopRevive(shouldRun: boolean): void {
    if (shouldRun && !this.#shouldRunPopRevive) this.#reload()
    this.#shouldRunPopRevive = shouldRun
  }

  /** Messages of the queue that have not been dealt with. */
  getReviveBehindMessages(): number {
    const { messageStore, reviveTopic, queueId } = this.#deps
    return Math.max(
      messageStore.getMaxOffsetInQueue(reviveTopic, queueId) - 1 - this.#committedOffset,
      0,
    )
  }

  /** When the first of them was stored; -1 when there is none. */
  getOldestTimestamp(): Promise<number> {
    const { messageStore, reviveTopic, queueId } = this.#deps
    return messageStore.getMessageStoreTimestamp(reviveTopic, queueId, this.#committedOffset + 1)
  }

  #reload(): void {
    const { consumerOffsetManager, reviveTopic, queueId, brokerConfig } = this.#deps
    this.#table = new ReviveTable(brokerConfig.brokerName)
    this.#due = []
    this.#committedOffset = consumerOffsetManager.queryOffset(REVIVE_GROUP, reviveTopic, queueId)
    this.#nextOffset = this.#committedOffset + 1
  }

  #schedule(): void {
    if (this.#isStopped) return
    const { clock, brokerConfig } = this.#deps
    // What the store has refused waits for a whole interval.
    const isRefused = this.#due.length > 0
    const dueInMs = (isRefused ? undefined : this.#table.dueInMs(clock.now())) ?? Infinity
    const delayMs = Math.min(Math.max(dueInMs, MIN_PERIOD_MS), brokerConfig.reviveInterval)
    this.#timer = clock.setTimeout(() => {
      this.#running = this.#round().finally(() => this.#schedule())
    }, delayMs)
  }

  async #round(): Promise<void> {
    if (!this.#shouldRunPopRevive || !this.#hasWork) return
    try {
      if (this.#due.length === 0) await this.#consumeReviveMessage()
      await this.#mergeAndRevive()
      this.#failures.worked()
    } catch (thrown) {
      this.#failures.failed(thrown, { queueId: this.#deps.queueId })
      this.#reload()
    }
  }

  get #hasWork(): boolean {
    const { messageStore, reviveTopic, queueId } = this.#deps
    if (!this.#isIdle) return true
    return messageStore.getMaxOffsetInQueue(reviveTopic, queueId) !== this.#nextOffset
  }

  /** True when no check point waits. */
  get #isIdle(): boolean {
    return this.#table.size === 0 && this.#due.length === 0
  }

  /** Reads to the end of the queue, or for reviveScanTime. */
  async #consumeReviveMessage(): Promise<void> {
    const { clock, brokerConfig, timedPuts, nextTurn } = this.#deps
    const endMs = clock.now() + brokerConfig.reviveScanTime
    while (!this.#isStopped && clock.now() <= endMs) {
      // Before the read: what the timers deliver meanwhile is not in its result.
      const { isBehind } = timedPuts
      const result = await this.#read()
      this.#nextOffset = result.nextBeginOffset
      if (result.records.length > 0) this.#takeIn(result)
      else if (isTail(result.status)) return this.#table.onTail(clock.now(), isBehind)
      else if (this.#isIdle) this.#commit(result.nextBeginOffset - 1)
      await nextTurn()
    }
  }

  async #read(): Promise<GetMessageResult> {
    const { messageStore, reviveTopic: topic, queueId } = this.#deps
    const offset = this.#nextOffset
    const maxMsgNums = READ_MAX_MESSAGES
    return messageStore.getMessage({ group: REVIVE_GROUP, topic, queueId, offset, maxMsgNums })
  }

  #takeIn({ records }: GetMessageResult): void {
    const { popMetrics, queueId, logger } = this.#deps
    for (const record of records) {
      const message = decodeRecord(record)
      try {
        const content = this.#table.add(message)
        if (content !== undefined) popMetrics.incReviveGet(content.message, content.type, queueId)
      } catch (thrown) {
        const { queueOffset } = message
        const error = toError(thrown).message
        logger.error({ queueId, queueOffset, error }, 'broken message in revive topic')
      }
    }
  }

  async #mergeAndRevive(): Promise<void> {
    for (const point of this.#table.takeDue()) this.#due.push(point)
    while (this.#due.length > 0) {
      if (this.#isStopped || !this.#shouldRunPopRevive) return
      const isAllDone = await this.#reviveSome()
      if (!isAllDone) return
      await this.#deps.nextTurn()
    }
    // Acknowledgements whose check points never come.
    const maySkip = this.#deps.brokerConfig.enableSkipLongAwaitingAck
    if (maySkip && this.#isIdle) this.#commit(this.#nextOffset - 1)
  }

  /** Revives the first that are due, and commits as far as all is done. False when some are not: those stay. */
  async #reviveSome(): Promise<boolean> {
    const { reviver, queueId } = this.#deps
    const due = this.#due
    const points = due.slice(0, REVIVE_AT_ONCE)
    const isDone = await Promise.all(points.map((point) => reviver.revive(point, queueId)))
    const undone = points.filter((_, index) => isDone[index] === false)
    due.splice(0, points.length, ...undone)
    const firstUndone = isDone.indexOf(false)
    const lastDone = firstUndone < 0 ? points.at(-1) : points[firstUndone - 1]
    if (lastDone !== undefined) this.#commit(lastDone.ro)
    return undone.length === 0
  }

  /** All up to this offset of the queue is dealt with. */
  #commit(offset: number): void {
    if (offset === this.#committedOffset || offset < 0) return
    this.#committedOffset = offset
    const { consumerOffsetManager, reviveTopic, queueId } = this.#deps
    consumerOffsetManager.commitOffset(REVIVE_GROUP, reviveTopic, queueId, offset)
  }
}

function isTail(status: GetMessageStatus): boolean {
  return (
    status === GetMessageStatus.NO_MESSAGE_IN_QUEUE ||
    status === GetMessageStatus.OFFSET_OVERFLOW_ONE ||
    status === GetMessageStatus.NO_MATCHED_LOGIC_QUEUE
  )
}
