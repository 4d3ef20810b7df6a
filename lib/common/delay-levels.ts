const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * The delays that messages may be sent with, by level from 1 on, out of messageDelayLevel (`1s 5s 10s 30s 1m ...`).
 *
 * Apache: broker.schedule.ScheduleMessageService#parseDelayLevel, store.DefaultMessageStore#parseDelayLevel
 */
export class DelayLevels {
  /** Delay of each level in milliseconds; level 1 is at 0. */
  readonly delaysMs: readonly number[]

  /** @throws Error naming the part of `text` that is not a delay */
  constructor(text: string) {
    this.delaysMs = text.split(' ').map(parseDelay)
  }

  get maxDelayLevel(): number {
    return this.delaysMs.length
  }

  /** When a message of `level`, stored at `storeTimestamp`, is to be delivered; levels beyond the last are the last. */
  computeDeliverTimestamp(level: number, storeTimestamp: number): number {
    const index = Math.min(level, this.maxDelayLevel) - 1
    return storeTimestamp + (this.delaysMs[index] as number)
  }
}

function parseDelay(part: string): number {
  const [, digits, unit] = /^(\d{1,12})([smhd])$/.exec(part) ?? []
  if (digits === undefined || unit === undefined) {
    throw new Error(`messageDelayLevel: ${JSON.stringify(part)} is not a number with s, m, h or d`)
  }
  return Number(digits) * (UNIT_MS[unit] as number)
}
