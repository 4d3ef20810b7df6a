import { join } from 'node:path'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { indexKeyHash, type IndexHeader } from '../../../codec/store/index-file.ts'
import { timeMillisToHumanString, type Clock } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { DiskReads } from '../read/disk-reads.ts'
import type { RecoverableFollower } from '../recovery/recovery.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import type { StoreCheckpoint } from '../store-checkpoint.ts'
import { IndexFile, indexFileSize, type IndexFileOptions } from './index-file.ts'
import { messageKeys } from './message-keys.ts'
import { cutIndexFile } from './index-repair.ts'

export interface IndexServiceDeps {
  readonly config: MessageStoreConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly reads: DiskReads
  readonly logger: Logger
}

/** Finds messages by key: follows the log with a series of index files. Apache: store.index.IndexService */
export class IndexService implements RecoverableFollower {
  readonly name = 'index'
  readonly #deps: IndexServiceDeps
  readonly #directory: string
  #files: IndexFile[] = []
  /** The keys of messages up to this log offset are in the index. */
  #indexedOffset = -1
  /** The message that is being indexed, and how many of its keys are in. */
  #partialOffset = -1
  #partialKeys = 0
  /** Full files that have not been flushed. */
  #full: IndexFile[] = []

  constructor(deps: IndexServiceDeps) {
    this.#deps = deps
    this.#directory = join(deps.config.storePathRootDir, 'index')
  }

  // ---- start ----

  async recover(
    lastExitOk: boolean,
    checkpoint: StoreCheckpoint,
    minOffset: number,
    fromOffset: number,
  ): Promise<number | undefined> {
    if (!this.#deps.config.messageIndexEnable) return undefined
    this.#load()
    const isDamaged = lastExitOk ? false : this.#repair(checkpoint, fromOffset)
    const last = this.#noteIndexed()
    if (last === undefined) return minOffset
    return isDamaged ? last.header.endPhyOffset : undefined
  }

  #noteIndexed(): IndexFile | undefined {
    const last = this.#files.at(-1)
    const isEmpty =
      last === undefined || (last.header.indexCount <= 1 && last.header.endPhyOffset === 0)
    this.#indexedOffset = isEmpty ? -1 : last.header.endPhyOffset
    return last
  }

  async truncate(maxOffset: number): Promise<void> {
    const first = this.#files.findIndex(({ header }) => header.endPhyOffset >= maxOffset)
    if (first >= 0) this.#cut(this.#files.slice(first), maxOffset)
    this.#noteIndexed()
    await this.#files.at(-1)?.flush()
  }

  /**
   * Files of another size were made with other settings and cannot be used; they are left alone. An empty one is what a crash left
   * that came while it was made.
   */
  #load(): void {
    const { config, fileSystem, logger } = this.#deps
    const size = indexFileSize(config.maxHashSlotNum, config.maxIndexNum)
    for (const name of fileSystem.list(this.#directory)) {
      const path = join(this.#directory, name)
      const found = /^\d{17}$/.test(name) ? fileSystem.stat(path)?.size : undefined
      if (found === size) {
        this.#files.push(IndexFile.open(this.#options(path)))
      } else if (found === 0) {
        fileSystem.remove(path)
      } else {
        logger.warn({ path, size }, 'not an index file of the configured size')
      }
    }
  }

  #options(path: string): IndexFileOptions {
    const { config, fileSystem } = this.#deps
    return { path, hashSlotNum: config.maxHashSlotNum, indexNum: config.maxIndexNum, fileSystem }
  }

  /**
   * The checkpoint tells of flushed entries for all messages below `fromOffset`; the others come again, whatever has become of
   * their entries. Returns true when entries below are damaged nevertheless.
   */
  #repair(checkpoint: StoreCheckpoint, fromOffset: number): boolean {
    const { indexMsgTimestamp } = checkpoint.values
    const first = this.#files.findIndex(({ header }, index) => {
      const isComplete = header.endTimestamp < indexMsgTimestamp && header.endPhyOffset < fromOffset
      return !isComplete || index === this.#files.length - 1
    })
    return first >= 0 && this.#cut(this.#files.slice(first), fromOffset)
  }

  /** Keeps the entries of messages below `beforeOffset` in `files`, the last ones. Returns true when some of those are missing. */
  #cut(files: readonly IndexFile[], beforeOffset: number): boolean {
    for (const [index, file] of files.entries()) {
      file.write()
      const isDamaged = cutIndexFile(file, beforeOffset)
      if (file.isWriteFull) continue
      const isEmpty = file.header.indexCount <= 1
      const later = files.slice(index + 1)
      for (const removed of later.toReversed()) this.#remove(removed)
      if (isEmpty) this.#remove(file)
      return isDamaged || later.some(({ header }) => isBefore(header, beforeOffset))
    }
    return false
  }

  #remove(file: IndexFile): void {
    this.#files = this.#files.filter((other) => other !== file)
    file.close()
    this.#deps.fileSystem.remove(file.path)
    this.#deps.fileSystem.syncDirectory(this.#directory)
  }

  // ---- following the log ----

  dispatch(request: DispatchRequest): void {
    if (!this.#deps.config.messageIndexEnable) return
    const { commitLogOffset, properties } = request
    if (commitLogOffset <= this.#indexedOffset) return
    if (getTransactionValue(request.sysFlag) !== MessageSysFlag.TRANSACTION_ROLLBACK_TYPE) {
      if (this.#files.length === 0) this.#create()
      this.#putKeys(request, messageKeys(properties))
    }
    this.#indexedOffset = commitLogOffset
  }

  /** Goes on where it stopped when the message comes again after a failure. */
  #putKeys(request: DispatchRequest, keys: readonly string[]): void {
    if (this.#partialOffset !== request.commitLogOffset) {
      this.#partialOffset = request.commitLogOffset
      this.#partialKeys = 0
    }
    for (; this.#partialKeys < keys.length; this.#partialKeys++) {
      this.#put(request, indexKeyHash(request.topic, keys[this.#partialKeys] as string))
    }
  }

  #put({ commitLogOffset, storeTimestamp }: DispatchRequest, keyHash: number): void {
    let file = this.#files.at(-1)
    if (file === undefined || file.isWriteFull) file = this.#create()
    file.put(keyHash, commitLogOffset, storeTimestamp)
  }

  #create(): IndexFile {
    const { clock, fileSystem } = this.#deps
    const previous = this.#files.at(-1)
    fileSystem.makeDirectory(this.#directory)
    let timeMs = clock.now()
    let path = this.#pathOf(timeMs)
    while (fileSystem.exists(path)) path = this.#pathOf(++timeMs)
    const { endPhyOffset = 0, endTimestamp = 0 } = previous?.header ?? {}
    const file = IndexFile.create(this.#options(path), endPhyOffset, endTimestamp)
    // Apache's broker does not repair what a killed process leaves: its index goes on where the headers say.
    previous?.write()
    file.write()
    if (previous !== undefined) this.#full.push(previous)
    this.#files.push(file)
    return file
  }

  /** A file is named by the local time at which it was made: 17 digits. */
  #pathOf(timeMs: number): string {
    return join(this.#directory, timeMillisToHumanString(timeMs).replace(/\D/g, ''))
  }

  /**
   * Brings all to the disk, and notes in `checkpoint` up to when files are complete; it does not note those with messages behind
   * `logTimestamp`, which a power loss may take from the log.
   */
  async flush(checkpoint: StoreCheckpoint, logTimestamp: number): Promise<void> {
    for (let file = this.#full[0]; file !== undefined; file = this.#full[0]) {
      await file.flush()
      if (file.header.endTimestamp > logTimestamp) break
      file.release()
      this.#full = this.#full.filter((other) => other !== file)
      checkpoint.values.indexMsgTimestamp = file.header.endTimestamp
    }
    await this.#files.at(-1)?.flush()
  }

  // ---- queries ----

  /** The message that was indexed last. */
  get lastUpdate(): { indexLastUpdateTimestamp: number; indexLastUpdatePhyoffset: number } {
    const { endTimestamp = 0, endPhyOffset = 0 } = this.#files.at(-1)?.header ?? {}
    return { indexLastUpdateTimestamp: endTimestamp, indexLastUpdatePhyoffset: endPhyOffset }
  }

  /** Log offsets of up to `maxNum` messages that have a key with this one's hash, in ascending order. */
  async queryOffset(
    topic: string,
    key: string,
    maxNum: number,
    beginMs: number,
    endMs: number,
  ): Promise<number[]> {
    const phyOffsets: number[] = []
    const keyHash = indexKeyHash(topic, key)
    for (const file of [...this.#files].reverse()) {
      if (phyOffsets.length >= maxNum || !this.#files.includes(file)) break
      if (file.isTimeMatched(beginMs, endMs)) {
        await this.#deps.reads.run(file.path, async () => {
          if (!this.#files.includes(file)) return
          await file.select(phyOffsets, keyHash, maxNum, beginMs, endMs)
        })
      }
      if (file.header.beginTimestamp < beginMs) break
    }
    return phyOffsets.sort((a, b) => a - b)
  }

  // ---- cleaning ----

  /** Removes files whose messages are all below `minOffset`, but never the last. */
  async deleteExpiredFiles(minOffset: number): Promise<void> {
    for (const file of this.#files.slice(0, -1)) {
      if (file.header.endPhyOffset >= minOffset) return
      this.#full = this.#full.filter((other) => other !== file)
      this.#files = this.#files.filter((other) => other !== file)
      file.close()
      await this.#deps.fileSystem.unlink(file.path)
    }
  }

  close(): void {
    for (const file of this.#files) file.close()
  }
}

function isBefore({ indexCount, beginPhyOffset }: IndexHeader, offset: number): boolean {
  return indexCount > 1 && beginPhyOffset < offset
}
