/**
 * What the op messages that one check has read say: which half messages are settled, and which op messages have nothing
 * more to say. Op messages are added in the order of their queue.
 *
 * Source: removeMap, opMsgMap and doneOpOffset of broker.transaction.queue.TransactionalMessageServiceImpl#check
 */
export class OpRemovals {
  #position: number
  /** Op offset by half offset, of those that the check has not come to yet. */
  readonly #removed = new Map<number, number>()
  /** How many of these an op message has, by op offset. */
  readonly #open = new Map<number, number>()
  /** Settled half messages that lie behind the check: of some of them, the check comes to another copy. */
  readonly #passed = new Set<number>()

  /** Half messages before `position` have been checked. */
  constructor(position: number) {
    this.#position = position
  }

  add(opOffset: number, halfOffsets: readonly number[]): void {
    let count = 0
    for (const halfOffset of halfOffsets) {
      if (halfOffset < this.#position) {
        this.#passed.add(halfOffset)
      } else if (!this.#removed.has(halfOffset)) {
        this.#removed.set(halfOffset, opOffset)
        count++
      }
    }
    if (count > 0) this.#open.set(opOffset, count)
  }

  /** The check has passed the half messages before `position`. */
  advanceTo(position: number): void {
    this.#position = position
  }

  /** True when the half message is settled; what its op message said of it is done with, then. */
  take(halfOffset: number): boolean {
    const opOffset = this.#removed.get(halfOffset)
    if (opOffset === undefined) return this.#passed.has(halfOffset)
    this.#removed.delete(halfOffset)
    this.#passed.add(halfOffset)
    const left = (this.#open.get(opOffset) ?? 0) - 1
    if (left > 0) this.#open.set(opOffset, left)
    else this.#open.delete(opOffset)
    return true
  }

  /** The first op message that names half messages that are still to come; undefined when there is none. */
  get firstOpen(): number | undefined {
    return this.#open.keys().next().value
  }
}
