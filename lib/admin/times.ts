import { timeMillisToHumanString } from '../common/clock.ts'

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
