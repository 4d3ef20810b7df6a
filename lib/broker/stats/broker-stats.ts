import { type Clock, startOfLocalDay, type Timer } from '../../common/clock.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerStatsManager } from './broker-stats-manager.ts'

/** Messages put and got since the start, those of the brokers' own topics left out. */
export interface BrokerTotals {
  readonly putNums: number
  readonly getNums: number
}

const NOTHING: BrokerTotals = { putNums: 0, getNums: 0 }
/** How often the day is looked at: the clock may be set. */
const PERIOD_MS = 1_000

/** What the broker had done by the last two midnights, local time. Apache: store.stats.BrokerStats */
export class BrokerStats implements Service {
  readonly #statsManager: BrokerStatsManager
  readonly #clock: Clock
  #dayMs: number
  #timer: Timer | undefined
  #yesterdayMorning = NOTHING
  #todayMorning = NOTHING

  constructor(statsManager: BrokerStatsManager, clock: Clock) {
    this.#statsManager = statsManager
    this.#clock = clock
    this.#dayMs = startOfLocalDay(clock.now())
  }

  async start(): Promise<void> {
    this.#timer = this.#clock.setInterval(() => this.#record(), PERIOD_MS)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  get yesterdayMorning(): BrokerTotals {
    return this.#yesterdayMorning
  }

  get todayMorning(): BrokerTotals {
    return this.#todayMorning
  }

  get todayNow(): BrokerTotals {
    const { puts, gets } = this.#statsManager
    return {
      putNums: puts.brokerPutNumsWithoutSystemTopic,
      getNums: gets.brokerGetNumsWithoutSystemTopic,
    }
  }

  #record(): void {
    const dayMs = startOfLocalDay(this.#clock.now())
    if (dayMs === this.#dayMs) return
    this.#dayMs = dayMs
    this.#yesterdayMorning = this.#todayMorning
    this.#todayMorning = this.todayNow
  }
}
