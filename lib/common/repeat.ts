import type { Clock, Timer } from './clock.ts'

/** As `clock.setInterval`, of a period that may change at run time: it is asked for before each wait. */
export function repeat(clock: Clock, callback: () => void, periodMs: () => number): Timer {
  let timer = clock.setTimeout(tick, periodMs())
  function tick(): void {
    timer = clock.setTimeout(tick, periodMs())
    callback()
  }
  return { cancel: () => timer.cancel() }
}
