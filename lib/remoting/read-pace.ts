import type { IncomingFrames } from './incoming-frames.ts'
import type { Turns } from './turns.ts'

/** Read from a peer and answered to it in one turn of the event loop, roughly; then others have theirs. */
const TURN_BYTES = 512 * 1024

export interface ReadPaceListener {
  /** Whether the peer may be read from again. */
  mayGoOn(): boolean
  /** Reads on. */
  goOn(): void
}

/** When a peer is read from: until it has had its share of a turn, and not while too much of it is under way. */
export class ReadPace {
  readonly #incoming: IncomingFrames
  readonly #turns: Turns
  readonly #listener: ReadPaceListener
  /** The turn in which the peer was served last, and the bytes that it had in it. */
  #turn = 0
  #turnBytes = 0
  #isHeldBack = false
  #isScheduled = false

  constructor(incoming: IncomingFrames, turns: Turns, listener: ReadPaceListener) {
    this.#incoming = incoming
    this.#turns = turns
    this.#listener = listener
  }

  /** Not read until there is less under way; else a pause is but the end of the peer's share of a turn. */
  get isHeldBack(): boolean {
    return this.#isHeldBack
  }

  holdBack(): void {
    this.#isHeldBack = true
    this.#incoming.pause()
  }

  /** The rest of what the peer wants waits for the next turn when it has had its share of this one. */
  spend(bytes: number): void {
    const { number } = this.#turns
    if (number !== this.#turn) {
      this.#turn = number
      this.#turnBytes = 0
    }
    this.#turnBytes += bytes
    if (this.#turnBytes >= TURN_BYTES) this.#incoming.pause()
  }

  /** Ends a pause, where there is one. Not at once: the next requests must not be processed inside the answer to another. */
  goOnWhenPossible(): void {
    if (!this.#incoming.isPaused || this.#isScheduled || !this.#listener.mayGoOn()) return
    this.#isScheduled = true
    setImmediate(this.#goOn)
  }

  readonly #goOn = (): void => {
    this.#isScheduled = false
    if (!this.#listener.mayGoOn()) return
    this.#isHeldBack = false
    this.#listener.goOn()
  }
}
