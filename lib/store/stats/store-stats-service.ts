import type { Clock, Timer } from '../../common/clock.ts'
import { javaDouble } from '../../common/java-double.ts'
import { Histogram } from '../../monitor/histogram.ts'
import type { Metric } from '../../monitor/metric.ts'
import {
  GetMessageStatus,
  PutMessageStatus,
  type GetMessageResult,
  type PutMessageResult,
} from '../types.ts'
import { PutLatency } from './put-latency.ts'

type Counter = 'putTimes' | 'getFound' | 'getMiss' | 'getTransferred'
type Sample = { readonly atMs: number } & Readonly<Record<Counter, number>>

const SAMPLING_PERIOD_MS = 1_000
/** Seconds over which rates are told. */
const SPANS = [10, 60, 600]
const MAX_SAMPLES = 601
/** Rounds of sampling for which put latencies are collected. */
const LATENCY_PERIOD = 60
const LATENCY_BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

/**
 * Counts all puts and gets of the store, whoever made them; samples them each second for rates over ten minutes, and
 * keeps the latencies of puts, which are told for the last whole minute.
 *
 * Apache: store.StoreStatsService
 */
export class StoreStatsService {
  readonly #clock: Clock
  readonly #counts = { putTimes: 0, getFound: 0, getMiss: 0, getTransferred: 0 }
  readonly #samples: Sample[] = []
  readonly #putDuration = new Histogram(
    'rocketmq_server_store_put_duration_seconds',
    'From a put to its answer, waits for disk and replicas included',
    LATENCY_BOUNDS_SECONDS,
  )
  readonly #getDuration = new Histogram(
    'rocketmq_server_store_get_duration_seconds',
    'Reading messages of a queue',
    LATENCY_BOUNDS_SECONDS,
  )
  readonly #puts = this.#putDuration.series({})
  readonly #gets = this.#getDuration.series({})
  #putSize = 0
  #putFailedTimes = 0
  #putTimeMaxMs = 0
  #getTimeMaxMs = 0
  #latency = new PutLatency()
  #lastLatency: PutLatency | undefined
  #round = 0
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get metrics(): readonly Metric[] {
    return [this.#putDuration, this.#getDuration]
  }

  start(): void {
    this.#timer = this.#clock.setInterval(() => this.#sample(), SAMPLING_PERIOD_MS)
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** A put that began at `beginMs` is answered. */
  countPut({ status, appended }: PutMessageResult, beginMs: number): void {
    const elapsedMs = this.#clock.now() - beginMs
    this.#latency.add(elapsedMs)
    this.#puts.record(elapsedMs / 1000)
    if (elapsedMs > this.#putTimeMaxMs) this.#putTimeMaxMs = elapsedMs
    if (status !== PutMessageStatus.PUT_OK) this.#putFailedTimes++
    if (appended === undefined) return
    this.#counts.putTimes += appended.messageCount
    this.#putSize += appended.size
  }

  /** A get that began at `beginMs` is answered. */
  countGet({ status, messageCount }: GetMessageResult, beginMs: number): void {
    const elapsedMs = this.#clock.now() - beginMs
    this.#gets.record(elapsedMs / 1000)
    if (elapsedMs > this.#getTimeMaxMs) this.#getTimeMaxMs = elapsedMs
    this.#counts.getTransferred += messageCount
    if (status === GetMessageStatus.FOUND) this.#counts.getFound++
    else this.#counts.getMiss++
  }

  /** Apache tells a total of 1 where there is none. */
  getRuntimeInfo(): Record<string, string> {
    const total = Math.max(this.#counts.putTimes, 1)
    return {
      putMessageEntireTimeMax: String(this.#putTimeMaxMs),
      putMessageTimesTotal: String(total),
      putMessageFailedTimes: String(this.#putFailedTimes),
      putMessageSizeTotal: String(this.#putSize),
      putMessageDistributeTime: this.#lastLatency?.toString() ?? 'null',
      putMessageAverageSize: javaDouble(this.#putSize / total),
      dispatchMaxBuffer: '0',
      getMessageEntireTimeMax: String(this.#getTimeMaxMs),
      putTps: this.#rates('putTimes'),
      getFoundTps: this.#rates('getFound'),
      getMissTps: this.#rates('getMiss'),
      getTotalTps: SPANS.map((seconds) => this.#totalRate(seconds)).join(' '),
      getTransferredTps: this.#rates('getTransferred'),
      putLatency99: (this.#lastLatency?.percentile(0.99) ?? 0).toFixed(2),
      putLatency999: (this.#lastLatency?.percentile(0.999) ?? 0).toFixed(2),
    }
  }

  /** For each second of the last 10, 60 and 600 s, separated by blanks; nothing where the time is not over yet. */
  #rates(counter: Counter): string {
    return SPANS.map((seconds) => {
      const rate = this.#rate(counter, seconds)
      return rate === undefined ? '' : javaDouble(rate)
    }).join(' ')
  }

  /** 0 where the time is not over yet, as in Apache. */
  #totalRate(seconds: number): string {
    return javaDouble(
      (this.#rate('getFound', seconds) ?? 0) + (this.#rate('getMiss', seconds) ?? 0),
    )
  }

  #rate(counter: Counter, seconds: number): number | undefined {
    const last = this.#samples.at(-1)
    const before = this.#samples.at(-1 - seconds)
    if (last === undefined || before === undefined) return undefined
    return ((last[counter] - before[counter]) / (last.atMs - before.atMs)) * 1000
  }

  #sample(): void {
    this.#samples.push({ atMs: this.#clock.now(), ...this.#counts })
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
    this.#round++
    if (this.#round % LATENCY_PERIOD !== 0) return
    this.#lastLatency = this.#latency
    this.#latency = new PutLatency()
  }
}
