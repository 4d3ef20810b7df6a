import type { Clock, Timer } from '../../lib/common/clock.ts'

interface PendingTimer {
  dueMs: number
  readonly periodMs: number | undefined
  readonly callback: () => void
}

/** A clock that moves only when a test moves it; timers run in the order of their due times. */
export class SimClock implements Clock {
  #nowMs: number
  #timers: PendingTimer[] = []

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    return this.#add(callback, delayMs, undefined)
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    return this.#add(callback, periodMs, periodMs)
  }

  get pendingTimers(): number {
    return this.#timers.length
  }

  /** The process whose timers they were has died. */
  forgetTimers(): void {
    this.#timers = []
  }

  /** Moves time on by `ms` and runs what falls due, each timer at its own time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (let next = this.#nextDue(endMs); next !== undefined; next = this.#nextDue(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      if (next.periodMs === undefined) this.#remove(next)
      else next.dueMs += Math.max(next.periodMs, 1)
      next.callback()
    }
    this.#nowMs = endMs
  }

  #add(callback: () => void, delayMs: number, periodMs: number | undefined): Timer {
    const timer = { dueMs: this.#nowMs + Math.max(delayMs, 0), periodMs, callback }
    this.#timers.push(timer)
    return { cancel: () => this.#remove(timer) }
  }

  #remove(timer: PendingTimer): void {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }
}
