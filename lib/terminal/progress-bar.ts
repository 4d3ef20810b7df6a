import type { Clock } from '../common/clock.ts'
import type { Terminal } from './terminal.ts'

const WIDTH = 30
const INTERVAL_MS = 100

/** Shows how far something is that may take long, where somebody watches. */
export class ProgressBar {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #startMs: number
  #nextMs: number

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal
    this.#clock = clock
    this.#startMs = clock.monotonic()
    this.#nextMs = this.#startMs + INTERVAL_MS
  }

  update(doneBytes: number, totalBytes: number): void {
    const nowMs = this.#clock.monotonic()
    if (this.#terminal.status === undefined || nowMs < this.#nextMs || doneBytes <= 0) return
    this.#nextMs = nowMs + INTERVAL_MS
    const part = Math.min(doneBytes / Math.max(totalBytes, 1), 1)
    const bar = '#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')
    const elapsedMs = nowMs - this.#startMs
    const secondsLeft = Math.ceil((elapsedMs * (totalBytes - doneBytes)) / doneBytes / 1_000)
    const speed = `${Math.round(doneBytes / 1_000 / Math.max(elapsedMs, 1))} MB/s`
    this.#terminal.status(`[${bar}] ${Math.floor(part * 100)}%  ${speed}  ${secondsLeft} s left`)
  }

  /** Takes it away, so that something else can be printed. */
  clear(): void {
    this.#terminal.status?.('')
  }
}
