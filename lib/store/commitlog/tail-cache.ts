const CHUNK_BYTES_MAX = 1024 * 1024
/** Buffers kept for the next chunks: as many as one write may free. New memory is dear when it is first used. */
const MAX_SPARE = 8

/** A stretch of the log in memory: `length` bytes from `startOffset` on. In the tail, neither a record nor a batch lies in two chunks. */
export interface Chunk {
  readonly startOffset: number
  readonly buffer: Buffer
  length: number
  /** Views of the bytes may be handed out: nothing else is ever written there. */
  isLent: boolean
}

export function holdsRange(chunk: Chunk, offset: number, size: number): boolean {
  return offset >= chunk.startOffset && offset + size <= chunk.startOffset + chunk.length
}

/**
 * The end of the log in memory. Records are encoded into it once: what is written to the file and what readers get are
 * views of the same bytes. Chunks are made when needed and dropped when the bound is reached. A buffer of which views were handed out
 * (`isLent`) is never used again, so that a view held by a slow socket stays as it was.
 */
export class TailCache {
  readonly #maxBytes: number
  readonly #chunkBytes: number
  /** In the order of their offsets. There are gaps at the ends of files. */
  #chunks: Chunk[] = []
  #bytes = 0
  readonly #spare: Buffer[] = []
  /** The last chunk takes no more bytes. */
  #sealed = true

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#chunkBytes = Math.min(CHUNK_BYTES_MAX, maxBytes)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The lowest offset in memory; undefined when there is nothing. */
  get startOffset(): number | undefined {
    return this.#chunks[0]?.startOffset
  }

  /**
   * The chunk in which the next `size` bytes of the log, those from `offset` on, have their place: at `chunk.length`.
   * The caller writes them there and adds them to `chunk.length`. `isLent` is what a new chunk begins with.
   */
  reserve(offset: number, size: number, isLent = true): Chunk {
    const last = this.#chunks.at(-1)
    if (last !== undefined && !this.#sealed && last.length + size <= last.buffer.length) return last
    const spare = size <= this.#chunkBytes ? this.#spare.pop() : undefined
    const buffer = spare ?? Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, size))
    const chunk = { startOffset: offset, buffer, length: 0, isLent }
    this.#chunks.push(chunk)
    this.#bytes += buffer.length
    this.#sealed = false
    return chunk
  }

  /** The next record begins a new chunk: it does not follow the last one immediately. */
  seal(): void {
    this.#sealed = true
  }

  /** The chunk that holds `offset`. */
  find(offset: number): Chunk | undefined {
    const chunks = this.#chunks
    let low = 0
    let high = chunks.length - 1
    const last = chunks[high]
    if (last === undefined || offset >= last.startOffset) low = high
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((chunks[middle] as Chunk).startOffset <= offset) low = middle
      else high = middle - 1
    }
    const chunk = chunks[low]
    if (chunk === undefined || offset < chunk.startOffset) return undefined
    return offset < chunk.startOffset + chunk.length ? chunk : undefined
  }

  /** The first chunk with bytes beyond `offset`. */
  next(offset: number): Chunk | undefined {
    return this.#chunks.find((chunk) => chunk.startOffset + chunk.length > offset)
  }

  /** The chunk that holds `size` bytes from `offset` on; undefined when they are not all in memory. */
  findRange(offset: number, size: number): Chunk | undefined {
    const chunk = this.find(offset)
    return chunk !== undefined && holdsRange(chunk, offset, size) ? chunk : undefined
  }

  /** A view of `size` bytes from `offset` on; undefined when they are not all in memory. */
  slice(offset: number, size: number): Buffer | undefined {
    const chunk = this.findRange(offset, size)
    if (chunk === undefined) return undefined
    chunk.isLent = true
    const start = offset - chunk.startOffset
    return chunk.buffer.subarray(start, start + size)
  }

  /** Drops the oldest chunks until the bound is kept, but none that ends beyond `writtenOffset`. */
  evict(writtenOffset: number): void {
    while (this.#bytes > this.#maxBytes && this.#chunks.length > 1) {
      const oldest = this.#chunks[0] as Chunk
      if (oldest.startOffset + oldest.length > writtenOffset) return
      this.#chunks.shift()
      this.#bytes -= oldest.buffer.length
      this.#drop(oldest)
    }
  }

  /** A chunk has the length 0 for those who still hold it, but not its bytes. */
  #drop(chunk: Chunk): void {
    const { buffer, isLent } = chunk
    if (isLent || buffer.length !== this.#chunkBytes || this.#spare.length === MAX_SPARE) return
    chunk.length = 0
    this.#spare.push(buffer)
  }

  /** Forgets all from `offset` on. */
  truncate(offset: number): void {
    while (this.#chunks.length > 0) {
      const last = this.#chunks.at(-1) as Chunk
      if (last.startOffset < offset) {
        last.length = Math.min(last.length, offset - last.startOffset)
        break
      }
      this.#chunks.pop()
      this.#bytes -= last.buffer.length
    }
    this.seal()
  }
}
