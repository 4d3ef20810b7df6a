import type { Clock } from '../../common/clock.ts'

/** The values of a data version, as they travel and are stored. Source: remoting.protocol.DataVersion */
export interface DataVersionValue {
  counter: number
  stateVersion: number
  timestamp: number
}

/** Counts the changes of a table, so that others see whether their copy is old. */
export class DataVersion {
  readonly #clock: Clock
  #counter = 0
  #stateVersion = 0
  #timestamp: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#timestamp = clock.now()
  }

  nextVersion(): void {
    this.#timestamp = this.#clock.now()
    this.#stateVersion = 0
    this.#counter++
  }

  assignNewOne(other: DataVersionValue): void {
    this.#counter = other.counter
    this.#stateVersion = other.stateVersion
    this.#timestamp = other.timestamp
  }

  /** A copy of the values; also what JSON.stringify takes. */
  toJSON(): DataVersionValue {
    return {
      counter: this.#counter,
      stateVersion: this.#stateVersion,
      timestamp: this.#timestamp,
    }
  }
}
