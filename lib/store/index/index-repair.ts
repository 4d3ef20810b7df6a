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
  const isDamaged = takeEntries(file, file.header.indexCount - 1, beforeOffset)
  if (isDamaged) {
    // the message before the damage may have lost some of its keys
    const good = file.header.indexCount - 1
    takeEntries(file, good - countOfLastMessage(file, good), beforeOffset)
  }
  file.cut()
  return isDamaged
}

/** Takes those of the first `count` entries that are good and of messages below `beforeOffset`. True when one is not good. */
function takeEntries(file: IndexFile, count: number, beforeOffset: number): boolean {
  file.clear()
  let lastOffset = -1
  for (let done = 0; done < count; done += READ_ENTRIES) {
    const bytes = file.readEntries(1 + done, Math.min(READ_ENTRIES, count - done))
    for (let at = 0; at < bytes.length; at += INDEX_ENTRY_SIZE) {
      const entry = readIndexEntry(bytes, at)
      if (entry.phyOffset >= beforeOffset) return false
      if (!canBe(entry, done + at / INDEX_ENTRY_SIZE, lastOffset)) return true
      lastOffset = entry.phyOffset
      file.take(entry)
    }
  }
  return false
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
