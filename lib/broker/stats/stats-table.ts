import type { Clock } from '../../common/clock.ts'
import { StatsItem } from './stats-item.ts'
import { StatsName } from './stats-name.ts'

/** Rounds of sampling, one every 10 s. */
const TEN_MINUTES = 60
const HOUR = 360

/** All items, by name and key. Apache: common.stats.StatsItemSet and the statsTable of store.stats.BrokerStatsManager */
export class StatsTable {
  readonly #clock: Clock
  readonly #table: ReadonlyMap<string, Map<string, StatsItem>>
  #round = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#table = new Map(Object.values(StatsName).map((name) => [name, new Map()]))
  }

  /** undefined for an unknown name, and for a key that nothing was counted under. */
  find(name: string, key: string): StatsItem | undefined {
    return this.#table.get(name)?.get(key)
  }

  /** Under how many keys of a name something was counted. */
  size(name: StatsName): number {
    return this.#table.get(name)?.size ?? 0
  }

  getOrCreate(name: StatsName, key: string): StatsItem {
    const items = this.#table.get(name) as Map<string, StatsItem>
    let item = items.get(key)
    if (item === undefined) {
      item = new StatsItem(this.#clock.now())
      items.set(key, item)
    }
    return item
  }

  removeIf(
    names: readonly StatsName[],
    isRemoved: (keyParts: readonly string[], item: StatsItem) => boolean,
  ): void {
    for (const name of names) {
      const items = this.#table.get(name) ?? new Map<string, StatsItem>()
      for (const [key, item] of items) if (isRemoved(key.split('@'), item)) items.delete(key)
    }
  }

  /** To be called at the start and every 10 s; the first call samples for all windows. True once in ten minutes. */
  sample(): boolean {
    const nowMs = this.#clock.now()
    const isTenMinutes = this.#round % TEN_MINUTES === 0
    const isHour = this.#round % HOUR === 0
    this.#round++
    for (const items of this.#table.values()) {
      for (const item of items.values()) {
        item.samplingInSeconds(nowMs)
        if (isTenMinutes) item.samplingInMinutes(nowMs)
        if (isHour) item.samplingInHour(nowMs)
      }
    }
    return isTenMinutes
  }
}
