import type { Chunk } from '../commitlog/tail-cache.ts'

/** Bytes of a block: read in one go, kept as one. */
export const BLOCK_BYTES = 256 * 1024
/** So many at least: those who have waited for a block still find it there. */
const MIN_BLOCKS = 8
/** Buffers kept for the next blocks. */
const MAX_SPARE = 8

/**
 * Blocks of the log that have been read from the disk, the last used ones up to a bound. Consumers that read old
 * messages of several queues come through the same stretch of the log: each block is read once for all of them.
 * A block that is being read is waited for by all who want it.
 *
 * Large buffers are dear to make and to collect: that of a block that is dropped is used again, unless views of it were
 * handed out (`isLent`). A block that was dropped has the length 0, for those who still hold it.
 */
export class BlockCache {
  readonly #maxBlocks: number
  /** By the offset at which they start, in the order of their last use. */
  readonly #blocks = new Map<number, Chunk>()
  readonly #loading = new Map<number, Promise<Chunk | undefined>>()
  readonly #spare: Buffer[] = []

  constructor(maxBytes: number) {
    this.#maxBlocks = Math.max(Math.floor(maxBytes / BLOCK_BYTES), MIN_BLOCKS)
  }

  /** The block at `start`, if it is there. */
  get(start: number): Chunk | undefined {
    const block = this.#blocks.get(start)
    if (block === undefined) return undefined
    this.#blocks.delete(start)
    this.#blocks.set(start, block)
    return block
  }

  /**
   * The block at `start`, read by `load` if it is not there: into the buffer given, of which it returns what was filled.
   * What it finds must be final: it is not read again.
   */
  async getOrLoad(
    start: number,
    load: (into: Buffer) => Promise<Buffer | undefined>,
  ): Promise<Chunk | undefined> {
    const present = this.get(start) ?? this.#loading.get(start)
    if (present !== undefined) return present
    const loading = this.#load(start, load)
    this.#loading.set(start, loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(start)
    }
  }

  async #load(
    startOffset: number,
    load: (into: Buffer) => Promise<Buffer | undefined>,
  ): Promise<Chunk | undefined> {
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
    const filled = await load(buffer)
    if (filled === undefined) return undefined
    const block = { startOffset, buffer, length: filled.length, isLent: false }
    this.#blocks.set(startOffset, block)
    for (const [start, oldest] of this.#blocks) {
      if (this.#blocks.size <= this.#maxBlocks) break
      this.#blocks.delete(start)
      this.#drop(oldest)
    }
    return block
  }

  #drop(block: Chunk): void {
    block.length = 0
    if (!block.isLent && this.#spare.length < MAX_SPARE) this.#spare.push(block.buffer)
  }
}
