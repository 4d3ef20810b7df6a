import { StoreError } from './errors.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
/** For a level that is not in the table. Source: store.DefaultMessageStore#computeDeliverTimestamp */
const UNKNOWN_LEVEL_MS = 1_000

/** The delays of levels 1, 2, ... as `messageDelayLevel` lists them: `1s 5s 10s ...`. */
export class DelayLevels {
  readonly #delaysMs: readonly number[]

  /** @throws StoreError when `text` is not such a list */
  constructor(text: string) {
    this.#delaysMs = text.trim().split(/\s+/).map(parseDelay)
  }

  get maxLevel(): number {
    return this.#delaysMs.length
  }

  /** When a message that was stored at `storeTimestamp` is due; levels beyond the last are the last. */
  deliverTimestamp(level: number, storeTimestamp: number): number {
    const index = Math.min(level, this.maxLevel) - 1
    return storeTimestamp + (this.#delaysMs[index] ?? UNKNOWN_LEVEL_MS)
  }
}

function parseDelay(text: string): number {
  const unitMs = UNIT_MS[text.slice(-1)]
  const count = Number(text.slice(0, -1))
  if (unitMs === undefined || !Number.isInteger(count)) {
    throw new StoreError(`messageDelayLevel: ${text} is not a delay such as 30s, 5m, 1h or 1d`)
  }
  return count * unitMs
}
