import { type Clock, timeMillisToHumanString, timestampOfLocal } from '../common/clock.ts'

const SECONDS_LENGTH = 'yyyy-MM-dd HH:mm:ss'.length
const GMT8 = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Etc/GMT-8',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `2026-11-21 02:38:22` in local time. Source: common.UtilAll#formatDate */
export function timeOfSeconds(timestampMs: number): string {
  return timeMillisToHumanString(timestampMs).slice(0, SECONDS_LENGTH)
}

/** `20261121023822123` in local time. Source: common.UtilAll#timeMillisToHumanString */
export function compactTime(timestampMs: number): string {
  return timeMillisToHumanString(timestampMs).replaceAll(/\D/g, '')
}

/** `2026-11-21 02:38:22`, eight hours east of Greenwich wherever this runs. */
export function gmt8Time(timestampMs: number): string {
  return GMT8.format(timestampMs)
}

/** A time as it was given on a command line. */
export interface Time {
  readonly text: string
  /** Milliseconds since 1970; undefined for `now`. */
  readonly timestampMs: number | undefined
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)#(\d\d):(\d\d):(\d\d):(\d{3})$/

/** `now`, milliseconds since 1970, or `2026-11-21#02:38:22:123` in local time. @throws Error for anything else */
export function parseTime(text: string): Time {
  if (text === 'now') return { text, timestampMs: undefined }
  if (/^-?\d{1,15}$/.test(text)) return { text, timestampMs: Number(text) }
  const [, ...parts] = DATE.exec(text) ?? []
  const [year = NaN, month = NaN, ...rest] = parts.map(Number)
  const timestampMs = timestampOfLocal(year, month, ...rest)
  if (!Number.isNaN(timestampMs)) return { text, timestampMs }
  throw new Error('allowed are now, milliseconds since 1970, and yyyy-MM-dd#HH:mm:ss:SSS')
}

export function timestampOf({ timestampMs }: Time, clock: Clock): number {
  return timestampMs ?? clock.now()
}
