/** Entries of one generation; two are kept. */
const GENERATION_SIZE = 65_536

/** A map that forgets its oldest entries. */
class RecentMap {
  #young = new Map<number, number>()
  #old: ReadonlyMap<number, number> = new Map()

  get isEmpty(): boolean {
    return this.#young.size === 0
  }

  get(key: number): number | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  set(key: number, value: number): void {
    if (this.#young.size >= GENERATION_SIZE) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}

/**
 * The half messages that were settled lately, or are being settled, by their queue offset. A half message that was put
 * back by a check and the one that it came from are one and the same: a second END_TRANSACTION for either has no effect,
 * and the check service does not ask about them although their op message is not written yet.
 *
 * Bounded: what is forgotten, or lost in a crash, is known from the op messages, as in Apache.
 */
export class SettledHalves {
  readonly #ending = new Set<number>()
  readonly #settled = new RecentMap()
  /** The first of the half messages that are the same, by those that were put back. */
  readonly #roots = new RecentMap()
  /** The last of them, by the first. */
  readonly #latest = new RecentMap()

  /** True when nobody has settled this one, as far as is known, or is about to: it is the caller's, who must call `end`. */
  begin(queueOffset: number): boolean {
    const root = this.rootOf(queueOffset)
    if (this.#ending.has(root) || this.#settled.get(root) !== undefined) return false
    this.#ending.add(root)
    return true
  }

  end(queueOffset: number, isSettled: boolean): void {
    const root = this.rootOf(queueOffset)
    this.#ending.delete(root)
    if (isSettled) this.#settled.set(root, queueOffset)
  }

  /** The half message at `queueOffset` was put back and stands at `newQueueOffset`, too. */
  renewed(queueOffset: number, newQueueOffset: number): void {
    const root = this.rootOf(queueOffset)
    this.#roots.set(newQueueOffset, root)
    this.#latest.set(root, newQueueOffset)
  }

  has(queueOffset: number): boolean {
    return !this.#settled.isEmpty && this.#settled.get(this.rootOf(queueOffset)) !== undefined
  }

  isEnding(queueOffset: number): boolean {
    return this.#ending.size > 0 && this.#ending.has(this.rootOf(queueOffset))
  }

  /** Where the half message stood first, as far as is known. */
  rootOf(queueOffset: number): number {
    return this.#roots.get(queueOffset) ?? queueOffset
  }

  /** Where the half message stands that a check will come to; as given when it was not put back, as far as is known. */
  latestOf(queueOffset: number): number {
    return this.#latest.get(this.rootOf(queueOffset)) ?? queueOffset
  }
}
