import { type StatsSnapshot, StatsWindow } from './stats-window.ts'

const TEN_SECONDS_MS = 10_000
const TEN_MINUTES_MS = 600_000
const HOUR_MS = 3_600_000

/**
 * A counter of calls and of what they brought, with samples of the last minute (every 10 s), hour (every 10 min) and day
 * (every hour). Apache: common.stats.StatsItem
 */
export class StatsItem {
  /** Only grow. */
  value = 0
  times = 0
  readonly #minute = new StatsWindow(TEN_SECONDS_MS, 7)
  readonly #hour = new StatsWindow(TEN_MINUTES_MS, 7)
  readonly #day = new StatsWindow(HOUR_MS, 25)
  #sampledTimes = 0
  #lastUpdateMs: number

  constructor(nowMs: number) {
    this.#lastUpdateMs = nowMs
  }

  addValue(value: number, times = 1): void {
    this.value += value
    this.times += times
  }

  /** When the item was last added to, exact to 10 s. Wall clock. */
  get lastUpdateMs(): number {
    return this.#lastUpdateMs
  }

  samplingInSeconds(nowMs: number): void {
    if (this.times !== this.#sampledTimes) {
      this.#sampledTimes = this.times
      this.#lastUpdateMs = nowMs
    }
    this.#minute.add(nowMs, this.value, this.times)
  }

  samplingInMinutes(nowMs: number): void {
    this.#hour.add(nowMs, this.value, this.times)
  }

  samplingInHour(nowMs: number): void {
    this.#day.add(nowMs, this.value, this.times)
  }

  get statsDataInMinute(): StatsSnapshot {
    return this.#minute.snapshot
  }

  get statsDataInHour(): StatsSnapshot {
    return this.#hour.snapshot
  }

  get statsDataInDay(): StatsSnapshot {
    return this.#day.snapshot
  }
}
