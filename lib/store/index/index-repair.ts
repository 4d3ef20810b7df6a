import {
  INDEX_ENTRY_SIZE,
  readIndexEntry,
  type IndexEntry,
} from '../../../codec/store/index-file.ts'
import type { IndexFile } from './index-file.ts'

const READ_ENTRIES = 50_000

/**
 * Repairs an index file after a crash, when entries, slots and header may be of different ages: keeps the entries up to the
 * first that cannot be one or points beyond `maxPhyOffset`, and makes the slots again. With `dropLast`, none of the last
 * message is kept, as it may have lost some of its keys. Returns whether entries were missing that the header tells of.
 */
export function repairIndexFile(file: IndexFile, maxPhyOffset: number, dropLast: boolean): boolean {
  const told = file.header.indexCount
  const good = countGood(file, told, maxPhyOffset)
  const kept = dropLast ? good - countOfLastMessage(file, good) : good
  file.rebuild(entriesOf(file, kept))
  return good < told - 1
}

/** How many entries, from the first on, are whole. */
function countGood(file: IndexFile, told: number, maxPhyOffset: number): number {
  let count = 0
  let lastOffset = -1
  for (const entry of entriesOf(file, told - 1)) {
    const { keyHash, phyOffset, timeDiffSeconds, previous } = entry
    const isZero = keyHash === 0 && phyOffset === 0 && previous === 0
    const isOrdered = phyOffset >= lastOffset && phyOffset < maxPhyOffset && previous <= count
    if (isZero || !isOrdered || keyHash < 0 || timeDiffSeconds < 0 || previous < 0) break
    lastOffset = phyOffset
    count++
  }
  return count
}

function countOfLastMessage(file: IndexFile, good: number): number {
  if (good === 0) return 0
  const last = readIndexEntry(file.readEntries(good, 1), 0).phyOffset
  let count = 1
  while (count < good && readIndexEntry(file.readEntries(good - count, 1), 0).phyOffset === last) {
    count++
  }
  return count
}

/** The first `count` entries. */
function* entriesOf(file: IndexFile, count: number): Generator<IndexEntry> {
  for (let done = 0; done < count;) {
    const some = Math.min(READ_ENTRIES, count - done)
    const bytes = file.readEntries(1 + done, some)
    for (let i = 0; i < some; i++) yield readIndexEntry(bytes, i * INDEX_ENTRY_SIZE)
    done += some
  }
}
