import type { DataVersion } from '../../../codec/body/data-version.ts'
import { CodecError } from '../../../codec/errors.ts'

/** A part of a master's table, or all of it. */
export interface MetadataPage<T> {
  readonly value: T
  readonly size: number
  /** Entries of the whole table; undefined when the master sends all at once, as those before 5.5.0 do. */
  readonly total: number | undefined
  readonly dataVersion: DataVersion
}

/** How many entries a slave asks for at a time. Source: broker.out.BrokerOuterAPI#getMaxPageSize of 5.5.0 */
export const PAGE_SIZE = 2000
/** A table that changes all the time is fetched with the next round. */
const MAX_ATTEMPTS = 5

/**
 * Fetches a table part by part, anew when it changes in between.
 * @throws (rejects) CodecError when the parts do not come to an end, and what `ask` throws
 *
 * Source: broker.out.BrokerOuterAPI#getAllTopicConfig of 5.5.0
 */
export async function fetchMetadataPages<T>(
  ask: (seq: number, dataVersion: DataVersion | undefined) => Promise<MetadataPage<T>>,
): Promise<T[]> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const pages = await fetchOneVersion(ask)
    if (pages !== undefined) return pages
  }
  throw new CodecError('the table has changed each time before all of it was sent')
}

/** undefined when the table has changed meanwhile. */
async function fetchOneVersion<T>(
  ask: (seq: number, dataVersion: DataVersion | undefined) => Promise<MetadataPage<T>>,
): Promise<T[] | undefined> {
  const pages: T[] = []
  let version: DataVersion | undefined
  for (let seq = 0; ;) {
    const { value, size, total, dataVersion } = await ask(seq, version)
    if (version !== undefined && !isSameVersion(version, dataVersion)) return undefined
    version = dataVersion
    pages.push(value)
    seq += size
    if (total === undefined || seq >= total) return pages
    if (size === 0) throw new CodecError(`the table ends at ${seq} of ${total} entries`)
  }
}

function isSameVersion(one: DataVersion, other: DataVersion): boolean {
  return (
    one.counter === other.counter &&
    one.timestamp === other.timestamp &&
    one.stateVersion === other.stateVersion
  )
}
