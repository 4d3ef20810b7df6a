import type { ReplicatedLog } from '../store/types.ts'
import { ReplicationError } from './replication-error.ts'

/**
 * The last record of a slave's log, which it asks its master for once more when it connects: a master that has other bytes there has
 * another history.
 *
 * Our own; Apache's slave compares nothing.
 */
export class LogOverlap {
  /** Where the record begins. */
  readonly offset: number
  readonly #bytes: Buffer
  #compared = 0

  private constructor(offset: number, bytes: Buffer) {
    this.offset = offset
    this.#bytes = bytes
  }

  /**
   * undefined when it cannot be compared: a log whose end is not known to be that of a record, one that ends with a file, which its
   * master may have removed, and one of a single record at 0, the offset that stands for an empty log.
   * @throws (rejects) what reading throws
   */
  static async of(log: ReplicatedLog): Promise<LogOverlap | undefined> {
    const { lastRecordOffset: offset, maxOffset } = log
    if (offset === undefined || offset === 0 || log.fileEnd(offset) <= maxOffset) return undefined
    const size = maxOffset - offset
    const inMemory = log.dataInMemory(offset, size)
    if (inMemory?.length === size) return new LogOverlap(offset, inMemory)
    const bytes = await log.readData(offset, Buffer.allocUnsafeSlow(size))
    return bytes?.length === size ? new LogOverlap(offset, bytes) : undefined
  }

  /** Of the master's next byte. */
  get nextOffset(): number {
    return this.offset + this.#compared
  }

  get isComplete(): boolean {
    return this.#compared === this.#bytes.length
  }

  /** Compares what the master sends. Returns what lies behind the overlap. @throws ReplicationError when it has other bytes */
  compare(bytes: Buffer): Buffer {
    const own = this.#bytes.subarray(this.#compared, this.#compared + bytes.length)
    const masters = bytes.subarray(0, own.length)
    if (!masters.equals(own)) {
      throw new ReplicationError(
        'DIVERGED',
        `the master has another message at offset ${this.offset} than this slave, whose log ends at ${this.offset + this.#bytes.length}: ` +
          'the logs have different histories, see docs/ha.md',
      )
    }
    this.#compared += own.length
    return bytes.subarray(own.length)
  }
}
