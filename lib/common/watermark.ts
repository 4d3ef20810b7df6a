import { strict as assert } from 'node:assert'

/**
 * A monotone offset with waiters ordered by offset: the one way in which a caller waits for a write, a flush or a
 * replica. Advancing runs the callbacks of all waiters that have been passed, in order, synchronously.
 *
 * Waiters come in nearly ascending order (they wait for what was just appended), so they stand in an array
 * with a moving head: waiting and passing cost a push and an index increment, without a promise.
 */
export class Watermark {
  #offset: number
  #waiters: Waiter[] = []
  #head = 0

  constructor(offset = 0) {
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get waiting(): number {
    return this.#waiters.length - this.#head
  }

  /** Calls `callback` once the watermark is at or beyond `offset`; at once when it is there already. */
  wait(offset: number, callback: () => void): void {
    if (offset <= this.#offset) {
      callback()
      return
    }
    const waiters = this.#waiters
    let index = waiters.length
    while (index > this.#head && (waiters[index - 1] as Waiter).offset > offset) index--
    if (index === waiters.length) waiters.push({ offset, callback })
    else waiters.splice(index, 0, { offset, callback })
  }

  /** Moves on to `offset`. @throws AssertionError when that would be a step back */
  advance(offset: number): void {
    assert(offset >= this.#offset, `watermark would go back from ${this.#offset} to ${offset}`)
    this.#offset = offset
    while (this.#head < this.#waiters.length) {
      const waiter = this.#waiters[this.#head] as Waiter
      if (waiter.offset > offset) break
      this.#head++
      waiter.callback()
    }
    if (this.#head === this.#waiters.length) {
      this.#waiters = []
      this.#head = 0
    } else if (this.#head > 1024) {
      this.#waiters.splice(0, this.#head)
      this.#head = 0
    }
  }
}

interface Waiter {
  readonly offset: number
  readonly callback: () => void
}
