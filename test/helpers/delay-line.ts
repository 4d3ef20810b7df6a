import type { Clock, Timer } from '../../lib/common/clock.ts'

interface Piece {
  readonly bytes: Buffer
  readonly dueMs: number
}

/** A wire on which bytes are under way for some time. They arrive in the order in which they were sent. */
export class DelayLine {
  readonly #clock: Clock
  readonly #arrive: (bytes: Buffer) => void
  #pieces: Piece[] = []
  #timer: Timer | undefined

  constructor(clock: Clock, arrive: (bytes: Buffer) => void) {
    this.#clock = clock
    this.#arrive = arrive
  }

  /** Bytes that are under way. */
  get bytes(): number {
    return this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  push(bytes: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.#pieces.length === 0) {
      this.#arrive(bytes)
      return
    }
    this.#pieces.push({ bytes, dueMs: this.#clock.monotonic() + delayMs })
    this.#arm()
  }

  /** All arrives now. */
  release(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const { bytes } of this.#pieces.splice(0)) this.#arrive(bytes)
  }

  /** Nothing of it arrives any more. */
  drop(): void {
    this.#pieces = []
    this.release()
  }

  #arm(): void {
    const [first] = this.#pieces
    if (first === undefined || this.#timer !== undefined) return
    const waitMs = Math.max(first.dueMs - this.#clock.monotonic(), 0)
    this.#timer = this.#clock.setTimeout(() => this.#next(), waitMs)
  }

  #next(): void {
    this.#timer = undefined
    const nowMs = this.#clock.monotonic()
    while (this.#pieces[0] !== undefined && this.#pieces[0].dueMs <= nowMs) {
      const piece = this.#pieces.shift()
      if (piece !== undefined) this.#arrive(piece.bytes)
    }
    this.#arm()
  }
}
