import { javaHashCode } from '../../../codec/java.ts'
import { TimerMagic, unitDeliverMs } from '../../../codec/store/timer-log-unit.ts'
import { isHourOf, localHour, type Clock, type Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { TimerConfig } from './timer-config.ts'
import type { TimerDequeueService } from './timer-dequeue-service.ts'
import type { TimerLog } from './timer-log.ts'
import { scanTimerLog } from './timer-log-scan.ts'
import type { TimerMetrics } from './timer-metrics.ts'
import type { TimerState } from './timer-state.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface TimerMetricsCheckDeps {
  readonly config: TimerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly state: TimerState
  readonly wheel: TimerWheel
  readonly log: TimerLog
  readonly metrics: TimerMetrics
  readonly dequeueService: Pick<TimerDequeueService, 'isDelivering'>
}

/** How often the hour is looked at, and how far two checks are apart at least. Source: store.timer.TimerMessageStore#start */
const PERIOD_MS = 45 * 60_000
const LEAST_DISTANCE_MS = 70 * 60_000

/**
 * Counts the waiting messages of each topic anew, out of the timer log, once in the hour of timerCheckMetricsWhen: kills leave
 * the counts wrong. Topics with more than timerMetricSmallThreshold of them are left alone, as are those that share a hash code.
 *
 * Apache: store.timer.TimerMessageStore#checkAndReviseMetrics
 */
export class TimerMetricsCheck {
  readonly #deps: TimerMetricsCheckDeps
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = false
  #checkedMs: number

  constructor(deps: TimerMetricsCheckDeps) {
    this.#deps = deps
    this.#checkedMs = deps.clock.now()
  }

  start(): void {
    this.#timer = this.#deps.clock.setInterval(() => this.#tick(), PERIOD_MS)
  }

  /** Resolves when nothing is counted any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  #tick(): void {
    const { config, clock, logger, dequeueService } = this.#deps
    const nowMs = clock.now()
    const isTime = isHourOf(config.timerCheckMetricsWhen, localHour(nowMs))
    if (!config.timerEnableCheckMetrics || !isTime || this.#running !== undefined) return
    // In the midst of a slot some of its messages are counted and some are not: another time will do.
    if (nowMs - this.#checkedMs <= LEAST_DISTANCE_MS || dequeueService.isDelivering) return
    this.#checkedMs = nowMs
    this.#running = this.#checkAndReviseMetrics()
      .catch((error: unknown) => logger.error({ err: error }, 'timers cannot be counted'))
      .finally(() => (this.#running = undefined))
  }

  /** What comes and goes meanwhile changes the counts as ever: only the difference is added. */
  async #checkAndReviseMetrics(): Promise<void> {
    const { metrics, logger } = this.#deps
    const small = this.#smallOnes()
    const counted = await this.#countByHash()
    if (this.#isStopped) return
    for (const [hash, [topic, from]] of small) {
      const to = counted.get(hash) ?? 0
      if (from === to) continue
      metrics.addAndGet(topic, to - from)
      logger.warn({ topic, from, to }, 'waiting timers of a topic were counted wrongly')
    }
  }

  /** Topics and their counts by the topics' hash codes. */
  #smallOnes(): ReadonlyMap<number, readonly [topic: string, count: number]> {
    const { metrics, config } = this.#deps
    const small = new Map<number, readonly [string, number]>()
    const ambiguous = new Set<number>()
    for (const [topic, { count }] of metrics.timingCounts) {
      const hash = javaHashCode(topic)
      if (small.has(hash) || count >= config.timerMetricSmallThreshold) ambiguous.add(hash)
      small.set(hash, [topic, count])
    }
    for (const hash of ambiguous) small.delete(hash)
    return small
  }

  /** Messages that wait now, less orders to drop some, by the hash codes of their topics. */
  async #countByHash(): Promise<ReadonlyMap<number, number>> {
    const { log, wheel, state } = this.#deps
    const counts = new Map<number, number>()
    const { readTimeMs } = state
    const { endOffset } = log
    let from = Infinity
    for (const [, { firstPos }] of wheel.slots(readTimeMs)) from = Math.min(from, firstPos)
    if (from === Infinity) return counts
    log.write()
    await scanTimerLog(log, from, (unit, position) => {
      if (this.#isStopped || position >= endOffset) return false
      if (unitDeliverMs(unit) < readTimeMs) return true
      const change = (unit.magic & TimerMagic.DELETE) === 0 ? 1 : -1
      counts.set(unit.topicHash, (counts.get(unit.topicHash) ?? 0) + change)
      return true
    })
    return counts
  }
}
