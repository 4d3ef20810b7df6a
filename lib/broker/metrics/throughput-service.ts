import { type Clock, startOfLocalDay, type Timer } from '../../common/clock.ts'
import type { Service } from '../../common/service.ts'
import type { MessageCounters } from './message-counters.ts'

export type CounterName = 'putMessages' | 'getFound' | 'getMiss' | 'getMessages'

interface Sample {
  readonly atMs: number
  readonly putMessages: number
  readonly getFound: number
  readonly getMiss: number
  readonly getMessages: number
}

const SAMPLING_MS = 1_000
/** Seconds over which rates are told. */
const SPANS = [10, 60, 600]
const MAX_SAMPLES = 601

/**
 * Rates out of counters: a sample each second, kept for ten minutes; and the totals at the last two midnights.
 *
 * Apache: store.StoreStatsService, store.stats.BrokerStats
 */
export class ThroughputService implements Service {
  readonly #counters: MessageCounters
  readonly #clock: Clock
  readonly #samples: Sample[] = []
  #timer: Timer | undefined
  #todayMs: number
  #yesterdayMorning: Sample
  #todayMorning: Sample

  constructor(counters: MessageCounters, clock: Clock) {
    this.#counters = counters
    this.#clock = clock
    this.#todayMs = startOfLocalDay(clock.now())
    this.#todayMorning = this.#yesterdayMorning = this.#sample()
  }

  async start(): Promise<void> {
    this.#timer = this.#clock.setInterval(() => this.#take(), SAMPLING_MS)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  get yesterdayMorning(): Readonly<Record<CounterName, number>> {
    return this.#yesterdayMorning
  }

  get todayMorning(): Readonly<Record<CounterName, number>> {
    return this.#todayMorning
  }

  /** Per second over the last 10, 60 and 600 s, separated by blanks; nothing where the time is not over yet. */
  rates(...names: readonly CounterName[]): string {
    return SPANS.map((seconds) => this.#rate(names, seconds)).join(' ')
  }

  #rate(names: readonly CounterName[], seconds: number): string {
    const last = this.#samples.at(-1)
    const before = this.#samples.at(-1 - seconds)
    if (last === undefined || before === undefined) return ''
    const sum = names.reduce((total, name) => total + last[name] - before[name], 0)
    const rate = (sum * 1000) / (last.atMs - before.atMs)
    return Number.isInteger(rate) ? rate.toFixed(1) : String(rate)
  }

  #take(): void {
    const sample = this.#sample()
    this.#samples.push(sample)
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
    const todayMs = startOfLocalDay(sample.atMs)
    if (todayMs === this.#todayMs) return
    this.#todayMs = todayMs
    this.#yesterdayMorning = this.#todayMorning
    this.#todayMorning = sample
  }

  #sample(): Sample {
    const { putMessages, getFound, getMiss, getMessages } = this.#counters
    return { atMs: this.#clock.now(), putMessages, getFound, getMiss, getMessages }
  }
}
