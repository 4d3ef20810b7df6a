import type { Clock } from '../common/clock.ts'
import type { Terminal } from './terminal.ts'

const WIDTH = 30
const INTERVAL_MS = 100

/** What is counted: bytes, of which the speed is told, or other things. */
export type ProgressUnit = 'bytes' | 'items'

/** Shows how far something is that may take long, where somebody watches. */
export class ProgressBar {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #unit: ProgressUnit
  readonly #startMs: number
  #nextMs: number

  constructor(terminal: Terminal, clock: Clock, unit: ProgressUnit = 'bytes') {
    this.#terminal = terminal
    this.#clock = clock
    this.#unit = unit
    this.#startMs = clock.monotonic()
    this.#nextMs = this.#startMs + INTERVAL_MS
  }

  update(done: number, total: number): void {
    const nowMs = this.#clock.monotonic()
    if (this.#terminal.status === undefined || nowMs < this.#nextMs || done <= 0) return
    this.#nextMs = nowMs + INTERVAL_MS
    const part = Math.min(done / Math.max(total, 1), 1)
    const bar = '#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')
    const elapsedMs = nowMs - this.#startMs
    const secondsLeft = Math.ceil((elapsedMs * (total - done)) / done / 1_000)
    const speed =
      this.#unit === 'bytes'
        ? `${Math.round(done / 1_000 / Math.max(elapsedMs, 1))} MB/s`
        : `${done} of ${total}`
    this.#terminal.status(`[${bar}] ${Math.floor(part * 100)}%  ${speed}  ${secondsLeft} s left`)
  }

  /** Takes it away, so that something else can be printed. */
  clear(): void {
    this.#terminal.status?.('')
  }
}
