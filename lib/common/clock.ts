/** A pending time-out or interval. `cancel` is idempotent. */
export interface Timer {
  cancel(): void
}

/**
 * Time as a dependency, so that tests can inject it. All times are milliseconds.
 * Timers do not keep the process alive: sockets and servers do.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number
  /** Never goes back; for measuring spans. Milliseconds with fractions. */
  monotonic(): number
  setTimeout(callback: () => void, delayMs: number): Timer
  setInterval(callback: () => void, periodMs: number): Timer
}

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const handle = setTimeout(callback, delayMs)
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    const handle = setInterval(callback, periodMs)
    handle.unref()
    return { cancel: () => clearInterval(handle) }
  }
}

/** `2026-11-21 02:38:22,123` in local time. Source: common.UtilAll#timeMillisToHumanString2 */
export function timeMillisToHumanString(timestampMs: number): string {
  const date = new Date(timestampMs)
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-')
  const time = [pad(date.getHours()), pad(date.getMinutes()), pad(date.getSeconds())].join(':')
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** When the month of `timestampMs` began, local time. */
export function startOfLocalMonth(timestampMs: number): number {
  const date = new Date(timestampMs)
  return new Date(date.getFullYear(), date.getMonth(), 1).getTime()
}

/** The milliseconds since 1970 of a local time, whose month counts from 1; NaN when a part is. */
export function timestampOfLocal(year: number, month: number, ...rest: number[]): number {
  return new Date(year, month - 1, ...rest).getTime()
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}

/** When the day of `timestampMs` began, local time. */
export function startOfLocalDay(timestampMs: number): number {
  const date = new Date(timestampMs)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** Hour of the day in local time, 0 to 23. */
export function localHour(timestampMs: number): number {
  return new Date(timestampMs).getHours()
}

/** Whether `when` (`04`, `04;16`) names the hour. Source: common.UtilAll#isItTimeToDo */
export function isHourOf(when: string, hour: number): boolean {
  return when.split(';').some((text) => /^\d+$/.test(text.trim()) && Number(text) === hour)
}
