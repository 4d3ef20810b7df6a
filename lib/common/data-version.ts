import type { DataVersion as DataVersionValues } from '../../codec/body/data-version.ts'
import type { Clock } from './clock.ts'

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

  /** As after very many changes: newer than any copy that others have changed meanwhile. */
  jumpAhead(): void {
    this.nextVersion()
    this.#counter += 1_000_000
  }

  assignNewOne(other: DataVersionValues): void {
    this.#counter = other.counter
    this.#stateVersion = other.stateVersion
    this.#timestamp = other.timestamp
  }

  /** Whether `other` is a copy of the same state. Source: remoting.protocol.DataVersion#equals */
  equals({ counter, stateVersion, timestamp }: DataVersionValues): boolean {
    return (
      counter === this.#counter &&
      stateVersion === this.#stateVersion &&
      timestamp === this.#timestamp
    )
  }

  /** Below 0 when this is older than `other`, 0 for the same state. Source: remoting.protocol.DataVersion#compare */
  compare({ counter, stateVersion, timestamp }: DataVersionValues): number {
    return (
      this.#stateVersion - stateVersion || this.#counter - counter || this.#timestamp - timestamp
    )
  }

  /** A copy of the values, as they travel and are stored. */
  toJSON(): DataVersionValues {
    return {
      counter: this.#counter,
      stateVersion: this.#stateVersion,
      timestamp: this.#timestamp,
    }
  }
}
