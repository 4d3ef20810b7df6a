import {
  isMessageMagic,
  recordMagic,
  recordTotalSize,
} from '../../../codec/message/record-reader.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { LogPlace } from '../types.ts'
import type { ColdReader } from './cold-reader.ts'

/** What lies this close together is read in one go, up to so many bytes. */
const GAP_BYTES = 16 * 1024
const READ_BYTES = 256 * 1024

/** Places that one read covers. */
interface Stretch {
  readonly offset: number
  end: number
  /** Indexes of the places. */
  readonly members: number[]
}

/** Reads records whose places are known, many at a time: from memory, otherwise from the disk in few reads. */
export class RecordReader {
  readonly #log: CommitLog
  readonly #coldReader: ColdReader

  constructor(log: CommitLog, coldReader: ColdReader) {
    this.#log = log
    this.#coldReader = coldReader
  }

  getRecords(
    places: readonly LogPlace[],
  ): readonly (Buffer | undefined)[] | Promise<readonly (Buffer | undefined)[]> {
    const records = places.map((place) => this.#inMemory(place))
    const missing = [...records.keys()].filter((index) => {
      return records[index] === undefined && this.#isInLog(places[index] as LogPlace)
    })
    return missing.length === 0 ? records : this.#readMissing(places, records, missing)
  }

  #inMemory(place: LogPlace): Buffer | undefined {
    const bytes = this.#log.tail.slice(place.commitLogOffset, place.size)
    return checked(bytes, place)
  }

  #isInLog({ commitLogOffset, size }: LogPlace): boolean {
    const { minOffset, confirmOffset } = this.#log
    return size > 0 && commitLogOffset >= minOffset && commitLogOffset + size <= confirmOffset
  }

  async #readMissing(
    places: readonly LogPlace[],
    records: (Buffer | undefined)[],
    missing: readonly number[],
  ): Promise<readonly (Buffer | undefined)[]> {
    const reads = this.#stretches(places, missing).map(async ({ offset, end, members }) => {
      const bytes = await this.#coldReader.read(offset, end - offset)
      for (const index of members) {
        const place = places[index] as LogPlace
        const start = place.commitLogOffset - offset
        records[index] = checked(bytes?.subarray(start, start + place.size), place)
      }
    })
    await Promise.all(reads)
    return records
  }

  /** A stretch begins anew where the next place lies before the last one, too far behind it, or in another file. */
  #stretches(places: readonly LogPlace[], indexes: readonly number[]): Stretch[] {
    const { files } = this.#log
    const stretches: Stretch[] = []
    for (const index of indexes) {
      const { commitLogOffset: offset, size } = places[index] as LogPlace
      const last = stretches.at(-1)
      const end = offset + size
      const joins =
        last !== undefined &&
        offset >= last.end &&
        offset - last.end <= GAP_BYTES &&
        end - last.offset <= READ_BYTES &&
        files.fileStart(offset) === files.fileStart(last.offset)
      if (joins) {
        last.end = end
        last.members.push(index)
      } else {
        stretches.push({ offset, end, members: [index] })
      }
    }
    return stretches
  }
}

/** `bytes` when they are the record that is meant. */
function checked(bytes: Buffer | undefined, { size }: LogPlace): Buffer | undefined {
  if (bytes?.length !== size || size < 8) return undefined
  return recordTotalSize(bytes, 0) === size && isMessageMagic(recordMagic(bytes, 0))
    ? bytes
    : undefined
}
