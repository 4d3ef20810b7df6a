import type { MessageExt } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { Clock } from '../../common/clock.ts'
import type { MessageStore } from '../../store/types.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { checkTimesOf, parseLong, TRANSACTION_GROUP, TRANSACTION_QUEUE_ID } from './half-message.ts'
import type { OpQueueReader } from './op-queue-reader.ts'
import { OpenPuts } from './open-puts.ts'
import type { OpRemovals } from './op-removals.ts'
import type { SettledHalves } from './settled-halves.ts'
import type { TransactionalMessageCheckListener } from './transactional-message-check-listener.ts'

export interface HalfQueueCheckDeps {
  readonly messageStore: Pick<MessageStore, 'getMessage'>
  readonly listener: TransactionalMessageCheckListener
  readonly settled: SettledHalves
  readonly clock: Clock
  /** True when the broker stops: the check ends with the messages that it is at. */
  readonly isStopped: () => boolean
  /** Given on a slave that acts as master: open half messages go to another broker, false when they cannot. */
  readonly escape: ((half: MessageExt) => Promise<boolean>) | undefined
}

export interface HalfQueueCheckOptions {
  readonly removals: OpRemovals
  readonly ops: OpQueueReader
  /** Where the check begins. */
  readonly offset: number
  /** Age at which a half message is asked about, unless it sets the time itself. */
  readonly transactionTimeoutMs: number
  readonly transactionCheckMax: number
  /** Older half messages are given up. */
  readonly reservedMs: number
}

/** Source: TransactionalMessageServiceImpl#MAX_PROCESS_TIME_LIMIT */
const MAX_PROCESS_TIME_LIMIT_MS = 60_000
/** Half messages read, and at most put back, at a time. */
const BATCH = 32

/** What is to be done about a half message: it is passed, by a put or without; more has to be known; or all others wait. */
type Step = 'pass' | 'fill' | 'stop'

export interface HalfQueueCheckResult {
  /** The first half message that was not passed. */
  readonly offset: number
  /** False when the store has refused to take one back: the next check does part of this one's work again. */
  readonly isComplete: boolean
}

/**
 * One check of the half messages, from where the last one ended up to the first that is too young. Those that are settled
 * are passed. Of the others each is put back at the end of the queue and its producer asked, or given up.
 *
 * Apache waits a second for more op messages before it asks; here it is known at once what this broker has settled.
 * Source: broker.transaction.queue.TransactionalMessageServiceImpl#check
 */
export class HalfQueueCheck {
  readonly #deps: HalfQueueCheckDeps
  readonly #options: HalfQueueCheckOptions
  readonly #startMs: number
  #offset: number
  #mayJump = true
  #isDone = false
  #isComplete = true

  constructor(deps: HalfQueueCheckDeps, options: HalfQueueCheckOptions) {
    this.#deps = deps
    this.#options = options
    this.#startMs = deps.clock.now()
    this.#offset = options.offset
  }

  async run(): Promise<HalfQueueCheckResult> {
    const { settled } = this.#deps
    await this.#fill()
    while (!this.#isDone && this.#mayGoOn()) {
      if (this.#isSettled(this.#offset)) this.#offset++
      else if (settled.isEnding(this.#offset)) break
      else await this.#checkBatch()
    }
    while (!this.#options.ops.isExhausted && this.#mayGoOn()) await this.#fill()
    return { offset: this.#offset, isComplete: this.#isComplete }
  }

  #mayGoOn(): boolean {
    const { clock, isStopped } = this.#deps
    return !isStopped() && clock.now() - this.#startMs <= MAX_PROCESS_TIME_LIMIT_MS
  }

  /** Reads more op messages. */
  #fill(): Promise<void> {
    this.#options.removals.advanceTo(this.#offset)
    return this.#options.ops.fill()
  }

  #isSettled(queueOffset: number): boolean {
    return this.#options.removals.take(queueOffset) || this.#deps.settled.has(queueOffset)
  }

  async #checkBatch(): Promise<void> {
    const result = await this.#deps.messageStore.getMessage({
      group: TRANSACTION_GROUP,
      topic: SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC,
      queueId: TRANSACTION_QUEUE_ID,
      offset: this.#offset,
      maxMsgNums: BATCH,
    })
    if (result.records.length > 0) await this.#checkAll(result.records.map(decodeRecord))
    else this.#jump(result.nextBeginOffset)
  }

  /** Nothing can be read here: at the end of the queue, or where messages have expired. */
  #jump(nextOffset: number): void {
    if (nextOffset === this.#offset || !this.#mayJump) this.#isDone = true
    this.#mayJump = false
    this.#offset = nextOffset
  }

  /** Messages are put side by side; one that the store refuses is where the next check begins. */
  async #checkAll(halves: readonly MessageExt[]): Promise<void> {
    const { escape } = this.#deps
    if (escape !== undefined) return this.#escapeAll(halves, escape)
    const puts = new OpenPuts()
    let step: Step = 'pass'
    for (const half of halves) {
      step = this.#check(half, puts)
      if (step !== 'pass') break
      this.#offset = half.queueOffset + 1
    }
    if (step === 'stop') this.#isDone = true
    if (step === 'fill') await this.#fill()
    const refused = await puts.end()
    if (refused === undefined) return
    this.#offset = Math.min(this.#offset, refused)
    this.#isDone = true
    this.#isComplete = false
  }

  /** One after the other: what comes behind one that cannot go is not sent twice. */
  async #escapeAll(
    halves: readonly MessageExt[],
    escape: (half: MessageExt) => Promise<boolean>,
  ): Promise<void> {
    while (!this.#options.ops.isExhausted && this.#mayGoOn()) await this.#fill()
    for (const half of halves) {
      if (!this.#mayGoOn()) return
      const isSettled = this.#isSettled(half.queueOffset) || this.#isSettled(this.#origin(half))
      if (!isSettled && !(await escape(half))) {
        this.#isDone = true
        this.#isComplete = false
        return
      }
      this.#offset = half.queueOffset + 1
    }
  }

  #check(half: MessageExt, puts: OpenPuts): Step {
    const { settled } = this.#deps
    const { queueOffset } = half
    if (this.#isSettled(queueOffset) || this.#isSettled(this.#origin(half))) return 'pass'
    if (settled.isEnding(queueOffset)) return 'stop'
    const ageMs = this.#deps.clock.now() - half.bornTimestamp
    const checkTimes = checkTimesOf(half)
    const isGivenUp = this.#needDiscard(checkTimes) || ageMs > this.#options.reservedMs
    if (!isGivenUp && half.storeTimestamp >= this.#startMs) return 'stop'
    const { immunityMs, isImmune } = this.#immunity(half, ageMs)
    if (!isGivenUp && !isImmune && ageMs >= 0 && ageMs < immunityMs) return 'stop'
    if (!this.#knowsEnough) return 'fill'
    if (!isGivenUp && !isImmune && ageMs === immunityMs) return 'stop'
    puts.begin()
    const { listener } = this.#deps
    if (isGivenUp) listener.resolveDiscardMsg(half, puts.onAnswer)
    else if (isImmune) listener.putImmunityMsgBack(half, checkTimes + 1, puts.onAnswer)
    else listener.resolveHalfMsg(half, checkTimes + 1, puts.onAnswer)
    return 'pass'
  }

  /** Where the one stood that the producer knows; op messages name that one. */
  #origin({ queueOffset, properties }: MessageExt): number {
    const name = MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET
    const prepared = findProperty(properties, name)
    return prepared === undefined ? this.#deps.settled.rootOf(queueOffset) : parseLong(prepared)
  }

  /** One that was never asked about is asked about once, even with transactionCheckMax=0. */
  #needDiscard(checkTimes: number): boolean {
    return checkTimes !== 0 && checkTimes >= this.#options.transactionCheckMax
  }

  /** Until when the producer is not asked; it may have set the time itself, and then nobody waits for this message. */
  #immunity({ properties }: MessageExt, ageMs: number): { immunityMs: number; isImmune: boolean } {
    const { transactionTimeoutMs } = this.#options
    const name = MessageConst.PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS
    const text = findProperty(properties, name)
    if (text === undefined) return { immunityMs: transactionTimeoutMs, isImmune: false }
    const seconds = parseLong(text)
    const immunityMs = seconds === -1 ? transactionTimeoutMs : seconds * 1000
    return { immunityMs, isImmune: ageMs < immunityMs }
  }

  /** All op messages are read, or those that were written long after the check began. */
  get #knowsEnough(): boolean {
    const { ops, transactionTimeoutMs } = this.#options
    return ops.isExhausted || ops.lastBornTimestamp - this.#startMs > transactionTimeoutMs
  }
}
