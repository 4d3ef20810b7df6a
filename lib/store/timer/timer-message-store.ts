import { join } from 'node:path'
import type { Clock } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { MessageStore } from '../types.ts'
import { decodeTimerCheckpoint } from '../../../codec/store/timer-checkpoint.ts'
import { TimerCheckpoint } from './timer-checkpoint.ts'
import {
  effectivePrecisionMs,
  floorTo,
  TIMER_QUEUE_ID,
  TIMER_TOPIC,
  type TimerConfig,
} from './timer-config.ts'
import { TimerDequeueService } from './timer-dequeue-service.ts'
import { TimerEnqueueService } from './timer-enqueue-service.ts'
import { TimerFlushService } from './timer-flush-service.ts'
import { TimerLog } from './timer-log.ts'
import { TimerMetrics } from './timer-metrics.ts'
import { TimerMetricsCheck } from './timer-metrics-check.ts'
import { TimerPutService } from './timer-put-service.ts'
import { TimerRate } from './timer-rate.ts'
import { TimerRecovery } from './timer-recovery.ts'
import { TimerRetention } from './timer-retention.ts'
import { TimerState } from './timer-state.ts'
import { TimerWheel } from './timer-wheel.ts'

export {
  effectivePrecisionMs,
  TIMER_QUEUE_ID,
  TIMER_TOPIC,
  type TimerConfig,
} from './timer-config.ts'
export { buildDeleteKey } from './timer-message.ts'

export interface TimerMessageStoreDeps {
  readonly config: TimerConfig
  /** Started before and stopped after this. */
  readonly messageStore: MessageStore
  /** Takes the messages whose time has come; the message store, unless something else is given. */
  readonly escapeBridge?: Pick<MessageStore, 'putMessage'>
  /** Whether it delivers from the start on; masters do, slaves do not, unless something else is given. */
  readonly startsDequeuing?: () => boolean
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  /** Apache's number of slots unless a test asks for fewer. */
  readonly wheelSlots?: number
  /** At least 0, less than 1. */
  readonly random: () => number
  /** Told of each message that is put back, with the bytes of its record. */
  readonly onPut: (topic: string, bytes: number) => void
  /** Told of the topic of each message that has reached the wheel. */
  readonly onEnqueue?: (topic: string, delayMs: number) => void
}

/** A message that was stored longer ago than this when it was read says nothing about now. Source: getEnqueueBehindMillis */
const ENQUEUE_FRESH_MS = 2_000

/**
 * Messages that are delivered at a time of their own. They wait in rmq_sys_wheel_timer; from there they are entered into
 * the timer log, and a slot of the timer wheel, and put back under their own topic when the slot is over.
 *
 * Apache: store.timer.TimerMessageStore
 */
export class TimerMessageStore implements Service {
  readonly metrics: TimerMetrics
  readonly #deps: TimerMessageStoreDeps
  readonly #state = new TimerState()
  readonly #wheel: TimerWheel
  readonly #log: TimerLog
  readonly #checkpoint: TimerCheckpoint
  readonly #puts: TimerPutService
  readonly #enqueueService: TimerEnqueueService
  readonly #dequeueService: TimerDequeueService
  readonly #flushService: TimerFlushService
  readonly #retention: TimerRetention
  readonly #metricsCheck: TimerMetricsCheck
  readonly #enqueueRate: TimerRate
  readonly #dequeueRate: TimerRate
  #isRunning = false
  /** What the store refuses is put again. */
  #mayPut = false
  #roleChange: Promise<void> = Promise.resolve()

  constructor(deps: TimerMessageStoreDeps) {
    this.#deps = deps
    const { config, clock, fileSystem } = deps
    const root = config.storePathRootDir
    const precisionMs = effectivePrecisionMs(config)
    this.metrics = new TimerMetrics(fileSystem, clock, root)
    this.#wheel = new TimerWheel(fileSystem, join(root, 'timerwheel'), precisionMs, deps.wheelSlots)
    this.#log = new TimerLog(fileSystem, join(root, 'timerlog'), config.mappedFileSizeTimerLog)
    this.#checkpoint = new TimerCheckpoint(fileSystem, clock, root)
    this.#puts = new TimerPutService({
      ...deps,
      messageStore: deps.escapeBridge ?? deps.messageStore,
      mayPut: () => this.#mayPut,
    })
    const parts = {
      ...deps,
      state: this.#state,
      wheel: this.#wheel,
      log: this.#log,
      checkpoint: this.#checkpoint,
      metrics: this.metrics,
      puts: this.#puts,
    }
    this.#enqueueService = new TimerEnqueueService(parts)
    const onMoved = (): void => this.#enqueueService.wake()
    this.#dequeueService = new TimerDequeueService({ ...parts, onMoved })
    this.#flushService = new TimerFlushService({ ...parts, onTick: () => this.#onTick() })
    this.#enqueueRate = new TimerRate(clock)
    this.#dequeueRate = new TimerRate(clock)
    this.#retention = new TimerRetention({ ...parts, log: this.#log })
    const dequeueService = this.#dequeueService
    this.#metricsCheck = new TimerMetricsCheck({ ...parts, dequeueService })
    deps.messageStore.addRetention((start, end) => this.#retention.isNeeded(start, end))
    deps.messageStore.addMessageArrivingListener(({ topic }) => {
      if (topic === TIMER_TOPIC) this.#enqueueService.wake()
    })
  }

  /** @throws (rejects) StoreError when a file has the wrong size or is missing */
  async start(): Promise<void> {
    const { config, clock } = this.#deps
    this.metrics.load()
    const recovery = new TimerRecovery({
      ...this.#deps,
      wheel: this.#wheel,
      log: this.#log,
      checkpoint: this.#checkpoint,
    })
    this.#state.begin(await recovery.run())
    this.#state.moveWriteTime(clock.now(), this.precisionMs)
    this.#state.isDequeuing = this.#deps.startsDequeuing?.() ?? config.brokerRole !== 'SLAVE'
    this.#mayPut = this.#state.isDequeuing
    this.#isRunning = true
    this.#enqueueService.start()
    this.#dequeueService.start()
    this.#flushService.start()
    this.#retention.start()
    this.#metricsCheck.start()
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#puts.stop()
    await Promise.all([
      this.#retention.stop(),
      this.#metricsCheck.stop(),
      this.#enqueueService.stop(),
      this.#dequeueService.stop(),
    ])
    await this.#flushService.stop()
    this.#wheel.close()
    this.#log.close()
  }

  get precisionMs(): number {
    return this.#wheel.precisionMs
  }

  /** Whether a slot has too many timers for another one. Source: store.timer.TimerMessageStore#isReject */
  isReject(deliverTimeMs: number): boolean {
    const { config, random } = this.#deps
    const limit = config.timerCongestNumEachSlot
    const congestNum = this.#wheel.getNum(deliverTimeMs)
    if (congestNum <= limit) return false
    if (congestNum >= limit * 2) return true
    return Math.floor(random() * 1000) > (1000 * (congestNum - limit)) / (limit + 0.1)
  }

  /** Messages that wait for their time, less those that are recalled. */
  getAllCongestNum(): number {
    return this.#wheel.getAllNum(this.#state.readTimeMs)
  }

  /** Messages that wait for a time between two, in milliseconds from now. */
  congestNumBetween(fromMs: number, toMs: number): number {
    const wheel = this.#wheel
    const nowMs = floorTo(this.#deps.clock.now(), wheel.precisionMs)
    const endMs = nowMs + toMs
    let sum = 0
    let slotMs = wheel.nextUsed(nowMs + fromMs, endMs)
    while (slotMs < endMs) {
      sum += wheel.getNum(slotMs)
      slotMs = wheel.nextUsed(slotMs + wheel.precisionMs, endMs)
    }
    return sum
  }

  /** Messages that have not reached the wheel yet. */
  getEnqueueBehindMessages(): number {
    const { messageStore } = this.#deps
    return messageStore.getMaxOffsetInQueue(TIMER_TOPIC, TIMER_QUEUE_ID) - this.#state.queueOffset
  }

  /** How long the messages that are entered now have been in the store. */
  getEnqueueBehindMillis(): number {
    const nowMs = this.#deps.clock.now()
    const { lastEnqueueMs, lastStoreTimestamp } = this.#state
    return nowMs - lastEnqueueMs < ENQUEUE_FRESH_MS ? nowMs - lastStoreTimestamp : 0
  }

  /** How far delivery is behind the clock. */
  getDequeueBehindMillis(): number {
    return this.#deps.clock.now() - this.#state.readTimeMs
  }

  /** Keys and values of GET_BROKER_RUNTIME_INFO. */
  buildRunningStats(): Map<string, string> {
    const behindSeconds = Math.floor(this.getDequeueBehindMillis() / 1000)
    return new Map([
      ['timerReadBehind', String(behindSeconds)],
      ['timerOffsetBehind', String(this.getEnqueueBehindMessages())],
      ['timerCongestNum', String(this.getAllCongestNum())],
      ['timerEnqueueTps', this.#enqueueRate.text],
      ['timerDequeueTps', this.#dequeueRate.text],
    ])
  }

  #onTick(): void {
    this.#enqueueRate.sample(this.#state.enqueued)
    this.#dequeueRate.sample(this.#puts.count)
    this.#enqueueService.wake()
  }

  get isDequeuing(): boolean {
    return this.#state.isDequeuing
  }

  /**
   * Begins to deliver where the master has come to, or stops to deliver and follows it. Only between `start` and `stop`. Resolves
   * when it is so, and nothing is being delivered any more.
   *
   * Source: store.timer.TimerMessageStore#setShouldRunningDequeue, #checkBrokerRole
   */
  setDequeuing(isDequeuing: boolean): Promise<void> {
    this.#roleChange = this.#roleChange.then(() => this.#changeRole(isDequeuing))
    return this.#roleChange
  }

  async #changeRole(isDequeuing: boolean): Promise<void> {
    const state = this.#state
    if (!this.#isRunning || state.isDequeuing === isDequeuing) return
    this.#mayPut = isDequeuing
    await this.#enqueueService.stop()
    if (isDequeuing) {
      const { masterTimerQueueOffset, lastReadTimeMs } = this.#checkpoint
      state.readTimeMs = floorTo(lastReadTimeMs, this.precisionMs) || state.readTimeMs
      this.#enqueueService.goBack(masterTimerQueueOffset, state.readTimeMs)
    } else {
      this.#flushService.prepareCheckpoint()
    }
    state.isDequeuing = isDequeuing
    if (!this.#isRunning) return
    this.#enqueueService.start()
    if (isDequeuing) this.#dequeueService.wake()
    else await this.#dequeueService.idle()
  }

  /** On a slave: how far the master has come, as it answered GET_TIMER_CHECK_POINT. Source: broker.slave.SlaveSynchronize#syncTimerCheckPoint */
  followMaster(answer: Buffer): void {
    if (this.#state.isDequeuing) return
    const master = decodeTimerCheckpoint(answer)
    this.#checkpoint.lastReadTimeMs = master.lastReadTimeMs
    this.#checkpoint.masterTimerQueueOffset = master.masterTimerQueueOffset
    this.#checkpoint.dataVersion.assignNewOne(master.dataVersion)
    this.#state.readTimeMs = Math.max(master.lastReadTimeMs, this.#state.readTimeMs)
    this.#enqueueService.wake()
  }

  /**
   * On a master that does not deliver yet: how far a slave has come that may have acted in its place, as it answered
   * GET_TIMER_CHECK_POINT. What the slave had not entered by then, for it was not replicated, is read again.
   */
  takeOverCheckpoint(answer: Buffer): void {
    const checkpoint = this.#checkpoint
    const state = this.#state
    const slave = decodeTimerCheckpoint(answer)
    if (state.isDequeuing || slave.lastReadTimeMs <= checkpoint.lastReadTimeMs) return
    checkpoint.lastReadTimeMs = slave.lastReadTimeMs
    state.readTimeMs = Math.max(slave.lastReadTimeMs, state.readTimeMs)
    checkpoint.masterTimerQueueOffset = slave.masterTimerQueueOffset
    if (checkpoint.dataVersion.compare(slave.dataVersion) < 0)
      checkpoint.dataVersion.assignNewOne(slave.dataVersion)
  }

  /**
   * Where timers are: the answer to GET_TIMER_CHECK_POINT. Who goes on from there knows of a message only when it is due: a late one that waits
   * in a later slot counts as not entered, or it would be taken for delivered.
   */
  encodeCheckpoint(): Buffer {
    this.#flushService.prepareCheckpoint()
    const { masterTimerQueueOffset } = this.#checkpoint
    return this.#checkpoint.encode(Math.min(masterTimerQueueOffset, this.#state.firstLateOffset))
  }
}
