import type { Chunk } from '../commitlog/tail-cache.ts'

/** Bytes of a block: read in one go, kept as one. */
export const BLOCK_BYTES = 256 * 1024

/**
 * Blocks of the log that have been read from the disk, the last used ones up to a bound. Consumers that read old
 * messages of several queues come through the same stretch of the log: each block is read once for all of them.
 * A block that is being read is waited for by all who want it.
 */
export class BlockCache {
  readonly #maxBlocks: number
  /** By the offset at which they start, in the order of their last use. */
  readonly #blocks = new Map<number, Chunk>()
  readonly #loading = new Map<number, Promise<Chunk | undefined>>()

  constructor(maxBytes: number) {
    this.#maxBlocks = Math.floor(maxBytes / BLOCK_BYTES)
  }

  /** The block at `start`, if it is there. */
  get(start: number): Chunk | undefined {
    const block = this.#blocks.get(start)
    if (block === undefined) return undefined
    this.#blocks.delete(start)
    this.#blocks.set(start, block)
    return block
  }

  /** The block at `start`, by `load` if it is not there. What `load` finds must be final: it is not read again. */
  async getOrLoad(
    start: number,
    load: () => Promise<Chunk | undefined>,
  ): Promise<Chunk | undefined> {
    const present = this.get(start) ?? this.#loading.get(start)
    if (present !== undefined) return present
    const loading = load()
    this.#loading.set(start, loading)
    try {
      const block = await loading
      if (block !== undefined) this.#keep(start, block)
      return block
    } finally {
      this.#loading.delete(start)
    }
  }

  #keep(start: number, block: Chunk): void {
    this.#blocks.set(start, block)
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#maxBlocks) return
      this.#blocks.delete(oldest)
    }
  }
}
