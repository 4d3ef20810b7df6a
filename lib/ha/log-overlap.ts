import type { ReplicatedLog } from '../store/types.ts'
import { ReplicationError } from './replication-error.ts'

/** What is compared when logs are known to differ, to find out where they part. */
const WIDE_BYTES = 64 * 1024 * 1024
const SCAN_BYTES = 1024 * 1024

/**
 * The last record of a slave's log, which it asks its master for once more when it connects: a master that has other bytes there has
 * another history. Or more of its end, to find the place where they part.
 *
 * Our own; Apache's slave compares nothing.
 */
export class LogOverlap {
  /** Where a record begins. */
  readonly offset: number
  readonly #bytes: Buffer
  #compared = 0

  private constructor(offset: number, bytes: Buffer) {
    this.offset = offset
    this.#bytes = bytes
  }

  /**
   * The last record, or when `isWide` the last records, if there are more. undefined when it cannot be compared: a log whose end is not
   * known to be that of a record, one that ends with a file, which its master may have removed, and one of a single record at 0, the
   * offset that stands for an empty log.
   * @throws (rejects) ReplicationError when the end of the log is not there, and what reading throws
   */
  static async of(log: ReplicatedLog, isWide: boolean): Promise<LogOverlap | undefined> {
    const { lastRecordOffset, maxOffset } = log
    if (lastRecordOffset === undefined) return undefined
    const wide = isWide ? await wideStart(log) : maxOffset
    if (wide < maxOffset) return new LogOverlap(wide, await readAll(log, wide, maxOffset))
    const endsWithFile = log.fileEnd(lastRecordOffset) <= maxOffset
    if (endsWithFile || lastRecordOffset === 0 || lastRecordOffset >= maxOffset) return undefined
    return new LogOverlap(lastRecordOffset, await readAll(log, lastRecordOffset, maxOffset))
  }

  /** Of the master's next byte. */
  get nextOffset(): number {
    return this.offset + this.#compared
  }

  get isComplete(): boolean {
    return this.#compared === this.#bytes.length
  }

  /** How far both logs are the same, where a record ends; undefined when not even the first record compared is. */
  get commonEnd(): number | undefined {
    let end = 0
    while (end + 4 <= this.#compared) {
      const size = this.#bytes.readInt32BE(end)
      if (size <= 0 || end + size > this.#compared) break
      end += size
    }
    return end === 0 ? undefined : this.offset + end
  }

  /** Compares what the master sends. Returns what lies behind the overlap. @throws ReplicationError when it has other bytes */
  compare(bytes: Buffer): Buffer {
    const own = this.#bytes.subarray(this.#compared, this.#compared + bytes.length)
    if (bytes.subarray(0, own.length).equals(own)) {
      this.#compared += own.length
      return bytes.subarray(own.length)
    }
    this.#compared += own.findIndex((byte, index) => byte !== bytes[index])
    throw new ReplicationError(
      'DIVERGED',
      `the master has another message at offset ${this.commonEnd ?? this.offset} than this slave, whose log ends at ` +
        `${this.offset + this.#bytes.length}: the logs have different histories, see docs/ha.md`,
    )
  }
}

/** Where the first record begins of those that are compared: not at 0; the log's end when there is none. */
async function wideStart(log: ReplicatedLog): Promise<number> {
  const { minOffset, maxOffset, fileSize } = log
  const wanted = Math.max(maxOffset - WIDE_BYTES, minOffset, 1)
  const buffer = Buffer.allocUnsafeSlow(Math.min(SCAN_BYTES, fileSize))
  let offset = Math.max(log.fileEnd(wanted) - fileSize, minOffset)
  while (offset < wanted) {
    const bytes = await log.readData(offset, buffer)
    if (bytes === undefined || bytes.length < 4) return maxOffset
    let at = 0
    while (offset + at < wanted && at + 4 <= bytes.length) {
      const size = bytes.readInt32BE(at)
      if (size <= 0) return maxOffset
      at += size
    }
    offset += at
  }
  return offset
}

/** @throws (rejects) ReplicationError when not all of it is there: what is not compared must not be continued */
async function readAll(log: ReplicatedLog, offset: number, end: number): Promise<Buffer> {
  const all = Buffer.allocUnsafeSlow(end - offset)
  for (let done = 0; done < all.length;) {
    const bytes = await log.readData(offset + done, all.subarray(done))
    if (bytes === undefined || bytes.length === 0) {
      throw new ReplicationError(
        'UNREADABLE',
        `this slave's log has nothing at offset ${offset + done}, though it ends at ${end}: it cannot be compared with the master's`,
      )
    }
    done += bytes.length
  }
  return all
}
