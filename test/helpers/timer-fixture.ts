import { encodeProperties } from '../../codec/message/properties.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import { ScheduleHook } from '../../lib/broker/schedule/schedule-hook.ts'
import { DelayLevels } from '../../lib/common/delay-levels.ts'
import { SILENT_LOGGER } from '../../lib/common/logger.ts'
import { TimerMessageStore, type TimerConfig } from '../../lib/store/timer/timer-message-store.ts'
import type { PutMessageResult } from '../../lib/store/types.ts'
import { MemoryMessageStore } from './memory-message-store.ts'
import { Random } from './random.ts'
import { settle } from './settle.ts'
import { SimClock } from './sim-clock.ts'
import { SimFileSystem } from './sim-file-system.ts'
import { makeMessage } from './store.ts'

export const TIMER_DEFAULTS: TimerConfig & { timerWheelEnable: boolean; timerMaxDelaySec: number } =
  {
    storePathRootDir: '/store',
    brokerRole: 'ASYNC_MASTER',
    mappedFileSizeTimerLog: 104_857_600,
    timerPrecisionMs: 1000,
    timerRollWindowSlot: 172_800,
    timerFlushIntervalMs: 1000,
    timerStopEnqueue: false,
    timerStopDequeue: false,
    timerSkipUnknownError: false,
    timerEnableCheckMetrics: true,
    timerCheckMetricsWhen: '05',
    timerMetricSmallThreshold: 1_000_000,
    timerCongestNumEachSlot: 2_147_483_647,
    disappearTimeAfterStart: -1,
    timerWheelEnable: true,
    timerMaxDelaySec: 259_200,
  }

/** By which the stages are divided. */
const CALLS: ReadonlySet<string | symbol> = new Set(['iterateFrom', 'getRecords', 'putMessage'])
/** Fewer than Apache's: the file is copied at each flush on a disk in memory. */
const WHEEL_SLOTS = 4_096

/** A message as it was delivered, and when. */
export interface Delivered {
  readonly body: string
  readonly atMs: number
}

/** Timers over a store in memory, on a disk in memory, by a clock that the test moves. */
export class TimerFixture {
  readonly clock = new SimClock()
  readonly config: { -readonly [K in keyof typeof TIMER_DEFAULTS]: (typeof TIMER_DEFAULTS)[K] }
  readonly messageStore: MemoryMessageStore
  fileSystem = new SimFileSystem()
  timers: TimerMessageStore
  hook: ScheduleHook
  /** Decides about flow control. */
  random = 0
  /** The process dies with so manieth call of the store, before or after it has been done. */
  callsLeft = Infinity
  answersLeft = Infinity
  /** Turns of the event loop that the store takes to read. */
  readTurns = 0
  readonly #wheelSlots: number

  constructor(config: Partial<typeof TIMER_DEFAULTS> = {}, wheelSlots = WHEEL_SLOTS) {
    this.#wheelSlots = wheelSlots
    this.config = {
      ...TIMER_DEFAULTS,
      // Small, that a disk in memory holds it.
      mappedFileSizeTimerLog: 52 * 100,
      ...config,
    }
    this.messageStore = new MemoryMessageStore({ clock: this.clock })
    this.timers = this.#makeTimers()
    this.hook = this.#makeHook()
  }

  #makeTimers(): TimerMessageStore {
    return new TimerMessageStore({
      config: this.config,
      messageStore: this.#ofThisProcess(),
      clock: this.clock,
      fileSystem: this.fileSystem,
      logger: SILENT_LOGGER,
      random: () => this.random,
      wheelSlots: this.#wheelSlots,
      onPut: () => undefined,
    })
  }

  /** The store, which a process that has died does not reach any more, nor do its answers reach that. */
  #ofThisProcess(): MemoryMessageStore {
    const { fileSystem } = this
    return new Proxy(this.messageStore, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name, store)
        if (typeof value !== 'function') return value
        if (!CALLS.has(name)) return value.bind(store) as unknown
        return (...args: unknown[]): unknown => {
          if (--this.callsLeft === 0) fileSystem.die()
          if (fileSystem.isDead) return new Promise(() => undefined)
          const answer: unknown = Reflect.apply(value, store, args)
          if (--this.answersLeft === 0) fileSystem.die()
          if (fileSystem.isDead) return new Promise(() => undefined)
          return answer === undefined || this.readTurns === 0 ? answer : this.#later(answer)
        }
      },
    })
  }

  async #later(answer: unknown): Promise<unknown> {
    for (let turn = 0; turn < this.readTurns; turn++) await settle()
    return answer
  }

  #makeHook(): ScheduleHook {
    return new ScheduleHook({
      storeConfig: this.config,
      messageStore: this.messageStore,
      delayLevels: new DelayLevels('1s 5s'),
      timerMessageStore: this.timers,
      clock: this.clock,
    })
  }

  async start(): Promise<void> {
    await this.timers.start()
    await this.rest()
  }

  async restart(): Promise<void> {
    await this.timers.stop()
    await this.startAgain()
  }

  /** The process dies and another one starts, after a time; a loss of power takes what was not synced of the timers' files. */
  async kill(
    downMs = 0,
    kind: 'kill' | 'power loss' = 'kill',
    random = new Random(1),
  ): Promise<void> {
    this.fileSystem = this.fileSystem.restart(kind, random)
    this.clock.forgetTimers()
    this.clock.advance(downMs)
    await this.startAgain()
  }

  async startAgain(): Promise<void> {
    this.messageStore.forgetListeners()
    this.timers = this.#makeTimers()
    this.hook = this.#makeHook()
    await this.start()
  }

  /** Puts a message to TopicA with these properties, as a send does. */
  put(body: string, properties: Record<string, string>): PutMessageResult {
    const all = new Map(Object.entries({ UNIQ_KEY: body, ...properties }))
    const message = makeMessage({ body: Buffer.from(body), properties: encodeProperties(all) })
    let result: PutMessageResult | undefined
    this.hook.putMessage(message, (answer) => (result = answer), all)
    if (result === undefined) throw new Error('no answer')
    return result
  }

  get plainMessage(): MessageExtBrokerInner {
    return makeMessage()
  }

  /** Lets everything happen that does not wait for the clock. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await settle()
  }

  /** Moves the clock in steps, in each of which everything happens. */
  async advance(ms: number, stepMs = 100): Promise<void> {
    await this.rest()
    for (let done = 0; done < ms; done += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - done))
      await this.rest()
    }
  }

  /** What was delivered to TopicA. */
  get deliveredMessages(): MessageExt[] {
    return this.messageStore.messagesOf('TopicA', 0)
  }

  get delivered(): string[] {
    return this.deliveredMessages.map(({ body }) => body.toString())
  }
}
