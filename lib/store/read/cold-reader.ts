import { holdsRange, type Chunk } from '../commitlog/tail-cache.ts'
import type { MessageStoreConfig } from '../config.ts'
import { offsetToFileName } from '../logfile/file-name.ts'
import type { LogFileQueue } from '../logfile/log-file-queue.ts'
import { BLOCK_BYTES, BlockCache } from './block-cache.ts'
import type { DiskReads } from './disk-reads.ts'

/** A place in the log. */
export interface Range {
  readonly offset: number
  readonly size: number
}

export interface ColdReaderDeps {
  /** With read-ahead a whole block is read for a record. */
  readonly config: Pick<MessageStoreConfig, 'dataReadAheadEnable'>
  readonly files: LogFileQueue
  readonly reads: DiskReads
  /** For blocks that have been read. */
  readonly cacheBytes: number
  /** What lies below is never written again. */
  readonly writtenOffset: () => number
}

/** Reads the log from the disk, in large pieces. */
export class ColdReader {
  readonly #deps: ColdReaderDeps
  readonly #blocks: BlockCache

  constructor(deps: ColdReaderDeps) {
    this.#deps = deps
    this.#blocks = new BlockCache(deps.cacheBytes)
  }

  /**
   * Reads up to `size` bytes from `offset` on, not beyond the file's end, into a buffer of their own or the one given;
   * undefined when the file is not there (any more). @throws (rejects) BusyError, UnreadableError
   */
  read(offset: number, size: number, into?: Buffer): Promise<Buffer | undefined> {
    const { files, reads } = this.#deps
    return reads.run(offsetToFileName(files.fileStart(offset)), async () => {
      const file = files.find(offset)
      if (file === undefined) return undefined
      const length = Math.min(size, file.endOffset - offset)
      const bytes = into?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length)
      const count = await file.read(bytes, offset)
      return bytes.subarray(0, count)
    })
  }

  /**
   * A block that has been read and holds this record; null when the record is not there (any more), undefined when it has
   * to be read.
   */
  findChunk(offset: number, size: number): Chunk | null | undefined {
    if (this.#deps.files.find(offset) === undefined) return null
    const block = this.#blocks.get(this.#blockStart(offset))
    return block !== undefined && holdsRange(block, offset, size) ? block : undefined
  }

  /** Reads a stretch of the log that holds this record; null when the record is not there (any more). */
  async readChunk(offset: number, size: number): Promise<Chunk | null> {
    if (this.#deps.files.find(offset) === undefined) return null
    const start = this.#blockStart(offset)
    const blockEnd = Math.min(start + BLOCK_BYTES, this.#fileEnd(offset))
    const { config, writtenOffset } = this.#deps
    const isInBlock = offset + size <= blockEnd && blockEnd <= writtenOffset()
    const chunk =
      isInBlock && config.dataReadAheadEnable
        ? await this.#blocks.getOrLoad(start, (into) => this.read(start, BLOCK_BYTES, into))
        : await this.#readAlone(offset, size)
    return chunk !== undefined && holdsRange(chunk, offset, size) ? chunk : null
  }

  async #readAlone(startOffset: number, size: number): Promise<Chunk | undefined> {
    const buffer = await this.read(startOffset, size)
    return buffer && { startOffset, buffer, length: buffer.length, isLent: true }
  }

  /** Blocks are counted from the start of a file, and the last one ends with it. */
  #blockStart(offset: number): number {
    return offset - ((offset - this.#deps.files.fileStart(offset)) % BLOCK_BYTES)
  }

  #fileEnd(offset: number): number {
    const { files } = this.#deps
    return files.fileStart(offset) + files.fileSize
  }
}
