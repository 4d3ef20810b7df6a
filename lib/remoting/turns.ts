/**
 * Numbers the turns of the event loop in which somebody asks: what one connection may do in a turn has a bound, so that each of
 * many busy ones has its share.
 */
export class Turns {
  #number = 0
  #isScheduled = false

  /** Of the turn that runs. */
  get number(): number {
    if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(this.#end)
    }
    return this.#number
  }

  readonly #end = (): void => {
    this.#isScheduled = false
    this.#number++
  }
}
