import {
  INDEX_ENTRY_SIZE,
  readIndexEntry,
  type IndexEntry,
} from '../../../codec/store/index-file.ts'
import type { IndexFile } from './index-file.ts'

const READ_ENTRIES = 50_000

/**
 * Cuts an index file off: keeps the entries of messages below `beforeOffset` of the log and makes the slots again, as entries,
 * slots and header may be of different ages after a crash. Returns true when an entry below `beforeOffset` is damaged, and
 * the file ends before it.
 */
export function cutIndexFile(file: IndexFile, beforeOffset: number): boolean {
  const told = file.header.indexCount - 1
  let count = 0
  let lastOffset = -1
  let isDamaged = false
  for (const entry of entriesOf(file, told)) {
    if (entry.phyOffset >= beforeOffset) break
    isDamaged = !canBe(entry, count, lastOffset)
    if (isDamaged) break
    lastOffset = entry.phyOffset
    count++
  }
  // the message before the damage may have lost some of its keys
  if (isDamaged) count -= countOfLastMessage(file, count)
  file.rebuild(entriesOf(file, count))
  return isDamaged
}

/** Whether this may be the entry behind `count` others. What has not been written is zero. */
function canBe(entry: IndexEntry, count: number, lastOffset: number): boolean {
  const { keyHash, phyOffset, timeDiffSeconds, previous } = entry
  const isZero = keyHash === 0 && phyOffset === 0 && previous === 0
  const isChained = previous >= 0 && previous <= count
  return !isZero && keyHash >= 0 && timeDiffSeconds >= 0 && phyOffset >= lastOffset && isChained
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
