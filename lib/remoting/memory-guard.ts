import type { MemoryLimits } from './limits.ts'

/**
 * Keeps what all connections of a server hold in memory for their peers within bounds: whoever holds most is cut when there is
 * too much of what a peer owes us (the rest of its frames, the reading of its answers). Requests that wait for us are no
 * peer's fault: with too many of them, more are refused.
 */
export class MemoryGuard {
  readonly #limits: MemoryLimits
  readonly #shares = new Set<MemoryShare>()
  readonly #total: Record<Holding, number> = { partial: 0, unwritten: 0 }
  #requestBytes = 0

  constructor(limits: MemoryLimits) {
    this.#limits = limits
  }

  /** Whether requests that bring a body are to be refused. */
  get isFull(): boolean {
    return this.#requestBytes >= this.#limits.maxTotalRequestBytes
  }

  /** The account of a new connection; `cut` closes the connection, which leaves in turn. */
  join(cut: (reason: string) => void): MemoryShare {
    const share = new MemoryShare(this, cut)
    this.#shares.add(share)
    return share
  }

  /** Ends an account. */
  leave(share: MemoryShare): void {
    share.setPartial(0)
    share.setUnwritten(0)
    this.#shares.delete(share)
  }

  addRequestBytes(change: number): void {
    this.#requestBytes += change
  }

  add(holding: Holding, change: number): void {
    this.#total[holding] += change
    if (change > 0) this.#relieve(holding)
  }

  #relieve(holding: Holding): void {
    const limit =
      holding === 'partial'
        ? this.#limits.maxTotalPartialBytes
        : this.#limits.maxTotalUnwrittenBytes
    while (this.#total[holding] > limit) {
      const greatest = this.#greatest(holding)
      if (greatest === undefined) return
      this.#shares.delete(greatest)
      greatest.cut(
        `all connections together hold ${this.#total[holding]} bytes, ${greatest[holding]} of them are ${WHAT[holding]}`,
      )
    }
  }

  #greatest(holding: Holding): MemoryShare | undefined {
    let greatest: MemoryShare | undefined
    for (const share of this.#shares) {
      if (share[holding] > (greatest?.[holding] ?? 0)) greatest = share
    }
    return greatest
  }
}

type Holding = 'partial' | 'unwritten'

const WHAT: Record<Holding, string> = {
  partial: 'an incomplete frame of this peer',
  unwritten: 'answers that this peer does not read',
}

/** What one connection holds. */
export class MemoryShare {
  readonly cut: (reason: string) => void
  readonly #guard: MemoryGuard
  #partial = 0
  #unwritten = 0

  constructor(guard: MemoryGuard, cut: (reason: string) => void) {
    this.#guard = guard
    this.cut = cut
  }

  get partial(): number {
    return this.#partial
  }

  get unwritten(): number {
    return this.#unwritten
  }

  /** Bytes of a frame that is not complete. */
  setPartial(bytes: number): void {
    const change = bytes - this.#partial
    if (change === 0) return
    this.#partial = bytes
    this.#guard.add('partial', change)
  }

  /** Bytes that the peer has not taken yet. */
  setUnwritten(bytes: number): void {
    const change = bytes - this.#unwritten
    if (change === 0) return
    this.#unwritten = bytes
    this.#guard.add('unwritten', change)
  }
}
