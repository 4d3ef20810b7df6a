import { indexKeyHash, type IndexEntry } from '../../../codec/store/index-file.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { messageKeys } from '../index/message-keys.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import type { FindingListener } from './finding.ts'
import { IndexChains, type IndexFindingKind } from './index-chains.ts'
import { IndexReader } from './index-reader.ts'

const TIME_DIFF_MAX = 0x7fffffff

export interface IndexVerifierDeps {
  readonly fileSystem: FileSystem
  /** The oldest first; each has the size that `hashSlotNum` and the configured number of entries make. */
  readonly paths: readonly string[]
  readonly hashSlotNum: number
  /** Entries below are of messages that have been deleted. */
  readonly logStart: number
  readonly onFinding: FindingListener
  /** Files that end at this time or later are mended by the next start. */
  readonly repairedFrom: number
}

/**
 * Compares the index with the log: gets the messages in the order of the log, which is also that of the entries, so that both
 * are read once. Chains are followed on the way.
 */
export class IndexVerifier {
  readonly #deps: IndexVerifierDeps
  readonly #paths: string[]
  #file: IndexReader | undefined
  #chains: IndexChains | undefined
  /** Of the next entry. */
  #number = 1
  #lastPhyOffset = 0
  /** Up to this log offset the files that have been gone through tell of all messages. */
  #coveredTo = -1
  #checkedEntries = 0

  constructor(deps: IndexVerifierDeps) {
    this.#deps = deps
    this.#paths = [...deps.paths]
    this.#openNext()
  }

  get checkedEntries(): number {
    return this.#checkedEntries
  }

  /** Takes the next message of the log. */
  check(request: DispatchRequest): void {
    const { commitLogOffset, topic, properties } = request
    const file = this.#file
    if (file === undefined || commitLogOffset < file.header.beginPhyOffset) return
    const hashes = messageKeys(properties).map((key) => indexKeyHash(topic, key))
    const expected = new Set(hashes)
    for (let entry = this.#peek(); entry !== undefined; entry = this.#peek()) {
      if (entry.phyOffset > commitLogOffset) break
      this.#take(entry, request, hashes, expected)
    }
    if (expected.size === 0 || !this.#isCovered(commitLogOffset)) return
    const text = `${expected.size} of ${hashes.length} keys of the message at log offset ${commitLogOffset} are missing`
    this.#report(file, 'index-missing', file.entryPosition(this.#number), text)
  }

  #isCovered(commitLogOffset: number): boolean {
    if (commitLogOffset <= this.#coveredTo) return true
    if (this.#file === undefined) return false
    const { beginPhyOffset, endPhyOffset, indexCount } = this.#file.header
    const isBetween = commitLogOffset >= beginPhyOffset && commitLogOffset <= endPhyOffset
    return indexCount > 1 && isBetween
  }

  #take(
    entry: IndexEntry,
    request: DispatchRequest,
    hashes: readonly number[],
    expected: Set<number>,
  ): void {
    const file = this.#file as IndexReader
    const position = file.entryPosition(this.#number)
    const name = `entry ${this.#number}`
    if (entry.phyOffset < this.#deps.logStart) {
      this.#step(entry)
      return
    }
    if (entry.phyOffset < request.commitLogOffset) {
      const text = `${name} points to log offset ${entry.phyOffset}, where no message begins`
      this.#report(file, 'index-entry', position, text)
    } else if (!hashes.includes(entry.keyHash)) {
      const text = `${name} has the hash ${entry.keyHash}, which is that of no key of the message at log offset ${entry.phyOffset}`
      this.#report(file, 'index-entry', position, text)
    } else {
      expected.delete(entry.keyHash)
      this.#checkTime(entry, request.storeTimestamp, position)
    }
    this.#step(entry)
  }

  /** The first entry of a file may count from the end of the file before. */
  #checkTime(entry: IndexEntry, storeTimestamp: number, position: number): void {
    const file = this.#file as IndexReader
    const seconds = Math.floor((storeTimestamp - file.header.beginTimestamp) / 1000)
    const expected = Math.min(Math.max(seconds, 0), TIME_DIFF_MAX)
    if (entry.timeDiffSeconds === expected || this.#number === 1) return
    const text = `entry ${this.#number} says ${entry.timeDiffSeconds} s after the file's begin, its message ${expected} s`
    this.#report(file, 'index-entry', position, text)
  }

  /** The next entry that can be compared; those out of order are reported and passed by. */
  #peek(): IndexEntry | undefined {
    for (;;) {
      const file = this.#file
      if (file === undefined) return undefined
      const entry = file.entry(this.#number)
      if (entry === undefined) {
        this.#finishFile(file)
        this.#openNext()
        continue
      }
      if (this.#isInOrder(file, entry)) return entry
      const text = `entry ${this.#number} points to log offset ${entry.phyOffset}, out of order`
      this.#report(file, 'index-entry', file.entryPosition(this.#number), text)
      this.#chains?.check(this.#number, entry)
      this.#number++
    }
  }

  #isInOrder(file: IndexReader, entry: IndexEntry): boolean {
    const { phyOffset } = entry
    if (phyOffset < this.#lastPhyOffset || phyOffset > file.header.endPhyOffset) return false
    const next = file.entry(this.#number + 1)
    const isNextGood = next !== undefined && next.phyOffset >= this.#lastPhyOffset
    return !isNextGood || phyOffset <= next.phyOffset
  }

  #step(entry: IndexEntry): void {
    this.#chains?.check(this.#number, entry)
    this.#lastPhyOffset = entry.phyOffset
    this.#number++
    this.#checkedEntries++
  }

  #openNext(): void {
    const { fileSystem, hashSlotNum } = this.#deps
    const path = this.#paths.shift()
    this.#file = undefined
    if (path === undefined) return
    const file = new IndexReader(fileSystem, path, hashSlotNum)
    this.#file = file
    this.#chains = new IndexChains(file, hashSlotNum, (kind, position, text) =>
      this.#report(file, kind, position, text),
    )
    this.#number = 1
    const first = file.entry(1)
    if (first === undefined || first.phyOffset === file.header.beginPhyOffset) return
    const text = `the header begins at log offset ${file.header.beginPhyOffset}, its first entry at ${first.phyOffset}`
    this.#report(file, 'index-header', 16, text)
  }

  #finishFile(file: IndexReader): void {
    this.#chains?.finish()
    this.#chains = undefined
    const { endPhyOffset, indexCount } = file.header
    if (indexCount <= 1) {
      file.close()
      return
    }
    this.#coveredTo = Math.max(this.#coveredTo, this.#lastPhyOffset)
    if (endPhyOffset !== this.#lastPhyOffset) {
      const text = `the header ends at log offset ${endPhyOffset}, its last entry at ${this.#lastPhyOffset}`
      this.#report(file, 'index-header', 24, text)
    }
    file.close()
  }

  /** No more messages will come; the log ends at `logEnd`. */
  finish(logEnd: number): void {
    for (let entry = this.#peek(); entry !== undefined; entry = this.#peek()) {
      const file = this.#file as IndexReader
      const text = `entry ${this.#number} points to log offset ${entry.phyOffset}, the log ends at ${logEnd}`
      if (entry.phyOffset >= this.#deps.logStart) {
        this.#report(file, 'index-entry', file.entryPosition(this.#number), text)
      }
      this.#step(entry)
    }
  }

  #report(file: IndexReader, kind: IndexFindingKind, position: number, text: string): void {
    const isRepaired = file.header.endTimestamp >= this.#deps.repairedFrom
    const severity = isRepaired ? 'repair' : 'damage'
    this.#deps.onFinding({ severity, kind, file: file.path, position, text })
  }
}
