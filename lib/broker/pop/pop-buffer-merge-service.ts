import type { AckMsg, BatchAckMsg } from '../../../codec/body/pop-ack.ts'
import type { Clock } from '../../common/clock.ts'
import { Deadlines } from '../../common/deadlines.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import {
  ackedOffsets,
  ackKey,
  newCheckPoint,
  reviveTimeOf,
  type PopCheckPoint,
  type PoppedMessages,
} from './pop-check-point.ts'
import { PopCheckPointWrapper } from './pop-check-point-wrapper.ts'
import { PopOffsetQueues } from './pop-offset-queues.ts'
import type { ReviveLog } from './revive-log.ts'

export interface PopBufferMergeDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerName'
    | 'enablePopBufferMerge'
    | 'enablePopBatchAck'
    | 'popCkStayBufferTime'
    | 'popCkStayBufferTimeOut'
    | 'popCkMaxBufferSize'
    | 'popCkOffsetMaxQueueSize'
  >
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly reviveLog: ReviveLog
  readonly clock: Clock
  readonly logger: Logger
}

/** Acknowledgements are no longer taken here so long before a check point leaves the buffer. */
const MARGIN_MS = 1500
/** What the store has refused is tried again after this. */
const RETRY_MS = 1000
const GRANULARITY_MS = 100

/**
 * Check points until they are stored. With enablePopBufferMerge they first stay in memory, and those whose messages are
 * acknowledged within popCkStayBufferTime are never stored; otherwise they are stored at once. Either way the group's
 * offset follows when it is safe.
 *
 * Apache: broker.processor.PopBufferMergeService
 */
export class PopBufferMergeService implements Service {
  readonly #deps: PopBufferMergeDeps
  readonly #queues: PopOffsetQueues
  readonly #buffer = new Map<string, PopCheckPointWrapper>()
  readonly #deadlines: Deadlines<PopCheckPointWrapper>
  #isServing = true
  #storing = 0
  #onStored: (() => void) | undefined

  constructor(deps: PopBufferMergeDeps) {
    this.#deps = deps
    this.#queues = new PopOffsetQueues(deps.consumerOffsetManager)
    this.#deadlines = new Deadlines(deps.clock, GRANULARITY_MS, (wrapper) => this.#store(wrapper))
  }

  start(): Promise<void> {
    this.#isServing = true
    return Promise.resolve()
  }

  /** Stores what is in memory; what the store refuses is lost to memory only: its messages are popped again. */
  async stop(): Promise<void> {
    this.#isServing = false
    for (const wrapper of [...this.#buffer.values()]) this.#store(wrapper)
    if (this.#storing > 0) await new Promise<void>((resolve) => (this.#onStored = resolve))
    this.#deadlines.stop()
  }

  /** Check points that are not stored and not done. */
  get bufferedCkSize(): number {
    return this.#buffer.size
  }

  /** Check points whose offsets are not committed. */
  get offsetTotalSize(): number {
    return this.#queues.totalSize
  }

  getLatestOffset(lockKey: string): number {
    return this.#queues.getLatestOffset(lockKey)
  }

  clearOffsetQueue(lockKey: string): void {
    this.#queues.clear(lockKey)
  }

  /** True when so many check points of a queue wait for the store that no more are to be popped. */
  isQueueFull(lockKey: string): boolean {
    return this.#queues.sizeOf(lockKey) >= this.#deps.brokerConfig.popCkOffsetMaxQueueSize
  }

  /**
   * Notes what was popped. Resolves when the check point is in memory or in the store, or was refused for now. undefined
   * when there is one like it already: the messages must not be handed out.
   */
  addCheckPoint(
    popped: PoppedMessages,
    reviveQid: number,
    nextBeginOffset: number,
  ): Promise<void> | undefined {
    const ck = newCheckPoint(popped)
    const justOffset = !this.#mayBuffer(ck)
    const wrapper = new PopCheckPointWrapper({ ck, reviveQid, nextBeginOffset, justOffset })
    if (this.#buffer.has(wrapper.mergeKey)) {
      this.#deps.logger.warn({ ck: wrapper.mergeKey }, 'check point exists already')
      return undefined
    }
    this.#queues.add(wrapper)
    this.#buffer.set(wrapper.mergeKey, wrapper)
    if (justOffset) return new Promise((resolve) => this.#putCheckPoint(wrapper, resolve))
    this.#deadlines.set(wrapper, this.#stayMs(ck))
    return Promise.resolve()
  }

  /** Notes messages that were passed by, because the filter does not want them or they are gone. Apache: #addCkMock */
  addCkMock(popped: PoppedMessages, reviveQid: number, nextBeginOffset: number): void {
    const ck = newCheckPoint(popped)
    const wrapper = new PopCheckPointWrapper({ ck, reviveQid, nextBeginOffset, justOffset: true })
    this.#queues.add(wrapper)
    this.#queues.commit(wrapper.lockKey)
  }

  /** Takes an acknowledgement; false when its check point is not here any more, or will soon leave. */
  addAk(ack: AckMsg | BatchAckMsg): boolean {
    const { brokerConfig, clock, logger } = this.#deps
    if (!brokerConfig.enablePopBufferMerge || !this.#isServing) return false
    const wrapper = this.#buffer.get(ackKey(ack, brokerConfig.brokerName))
    if (wrapper === undefined || wrapper.justOffset) return false
    const nowMs = clock.now()
    const { popCkStayBufferTime, popCkStayBufferTimeOut } = brokerConfig
    if (reviveTimeOf(wrapper.ck) - nowMs < popCkStayBufferTimeOut + MARGIN_MS) return false
    if (nowMs - wrapper.ck.pt > popCkStayBufferTime - MARGIN_MS) return false
    for (const offset of ackedOffsets(ack)) {
      if (!wrapper.ack(offset)) logger.warn({ ck: wrapper.mergeKey, offset }, 'invalid ack offset')
    }
    this.#removeFinished(wrapper)
    return true
  }

  #mayBuffer(ck: PopCheckPoint): boolean {
    const { brokerConfig } = this.#deps
    if (!brokerConfig.enablePopBufferMerge || !this.#isServing) return false
    const remainingMs = reviveTimeOf(ck) - this.#deps.clock.now()
    if (remainingMs < brokerConfig.popCkStayBufferTimeOut + MARGIN_MS) return false
    return this.#buffer.size <= brokerConfig.popCkMaxBufferSize
  }

  #stayMs(ck: PopCheckPoint): number {
    const { popCkStayBufferTime, popCkStayBufferTimeOut } = this.#deps.brokerConfig
    const leaveMs = Math.min(reviveTimeOf(ck) - popCkStayBufferTimeOut, ck.pt + popCkStayBufferTime)
    return Math.max(leaveMs - this.#deps.clock.now(), 0)
  }

  /** Moves a check point and its acknowledgements into the store. */
  #store(wrapper: PopCheckPointWrapper): void {
    if (wrapper.ckState === 'buffered') this.#putCheckPoint(wrapper, () => undefined)
    else if (wrapper.ckState === 'stored') this.#putAcks(wrapper)
  }

  #putCheckPoint(wrapper: PopCheckPointWrapper, done: () => void): void {
    wrapper.ckState = 'storing'
    this.#storing++
    this.#deps.reviveLog.putCheckPoint(wrapper.ck, wrapper.reviveQid, (isStored) => {
      wrapper.ckState = isStored ? 'stored' : 'buffered'
      if (!isStored) this.#retryLater(wrapper)
      else if (!wrapper.justOffset) this.#putAcks(wrapper)
      this.#removeFinished(wrapper)
      done()
      if (--this.#storing === 0) this.#onStored?.()
    })
  }

  #putAcks(wrapper: PopCheckPointWrapper): void {
    const offsets = wrapper.offsetsToStore
    const { reviveLog, brokerConfig } = this.#deps
    const { ck, reviveQid } = wrapper
    const reviveTime = reviveTimeOf(ck)
    const common = { ao: 0, so: ck.so, c: ck.c ?? '', t: ck.t ?? '', q: ck.q, pt: ck.pt }
    const settle = (stored: readonly number[]) => (isStored: boolean) => {
      if (isStored) wrapper.markStored(stored)
      else this.#retryLater(wrapper)
      this.#removeFinished(wrapper)
    }
    if (brokerConfig.enablePopBatchAck && offsets.length > 0) {
      reviveLog.putBatchAck({ ...common, aol: offsets }, reviveQid, reviveTime, settle(offsets))
      return
    }
    for (const ao of offsets) {
      const ack = { ...common, ao, bn: ck.bn }
      reviveLog.putAck(ack, reviveQid, reviveTime, settle([ao]))
    }
  }

  #retryLater(wrapper: PopCheckPointWrapper): void {
    if (this.#isServing) this.#deadlines.setAtMost(wrapper, RETRY_MS)
  }

  #removeFinished(wrapper: PopCheckPointWrapper): void {
    if (!wrapper.isFinished) return
    this.#buffer.delete(wrapper.mergeKey)
    this.#deadlines.clear(wrapper)
    this.#queues.commit(wrapper.lockKey)
  }
}
