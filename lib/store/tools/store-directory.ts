import { join } from 'node:path'
import { decodeCheckpoint, type Checkpoint } from '../../../codec/store/checkpoint.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { DEFAULT_MESSAGE_STORE_CONFIG, type MessageStoreConfig } from '../config.ts'
import { StoreError } from '../errors.ts'
import { fileNameToOffset } from '../logfile/file-name.ts'

/** The settings of the broker whose store it is, as far as its files do not tell them. */
export type StoreSettings = Pick<
  MessageStoreConfig,
  | 'storePathCommitLog'
  | 'maxHashSlotNum'
  | 'maxIndexNum'
  | 'messageDelayLevel'
  | 'enabledAppendPropCRC'
>

export const DEFAULT_STORE_SETTINGS: StoreSettings = DEFAULT_MESSAGE_STORE_CONFIG

/** A file of a log that is a series of files. `size` is that on the disk. */
export interface SeriesFile {
  readonly path: string
  readonly startOffset: number
  readonly size: number
}

/** The files of one consume queue, the oldest first. */
export interface QueueFiles {
  readonly topic: string
  readonly queueId: number
  readonly directory: string
  readonly files: readonly SeriesFile[]
  /** Of its consume queue ext. */
  readonly extFiles: readonly SeriesFile[]
}

/**
 * The directory of a store, and what lies where in it. Only reads: the store may be one that a broker is using, a copy, or one
 * on a read-only disk.
 */
export class StoreDirectory {
  readonly root: string
  readonly fileSystem: FileSystem
  readonly settings: StoreSettings
  /** The files of the commit log, the oldest first. */
  readonly logFiles: readonly SeriesFile[]

  /** @throws StoreError when there is no store */
  constructor(fileSystem: FileSystem, root: string, settings = DEFAULT_STORE_SETTINGS) {
    this.fileSystem = fileSystem
    this.root = root
    this.settings = settings
    if (fileSystem.stat(root)?.isDirectory !== true) {
      throw new StoreError(`${root} is not a directory`)
    }
    const logDirectories = this.#logDirectories()
    if (![...logDirectories, this.path('consumequeue')].some((path) => fileSystem.exists(path))) {
      throw new StoreError(
        `${root} is not a store: there is neither ${logDirectories.join(' nor ')} nor consumequeue`,
      )
    }
    this.logFiles = listSeries(fileSystem, logDirectories)
  }

  path(...names: string[]): string {
    return join(this.root, ...names)
  }

  #logDirectories(): string[] {
    const { storePathCommitLog } = this.settings
    if (storePathCommitLog === undefined || storePathCommitLog === '') {
      return [this.path('commitlog')]
    }
    return storePathCommitLog.split(',').map((directory) => directory.trim())
  }

  /** The last process did not stop cleanly, or still runs. */
  get hasAbortFile(): boolean {
    return this.fileSystem.exists(this.path('abort'))
  }

  /** undefined when there is none. */
  readCheckpoint(): Checkpoint | undefined {
    const path = this.path('checkpoint')
    return this.fileSystem.exists(path)
      ? decodeCheckpoint(this.fileSystem.readFile(path))
      : undefined
  }

  /** By topic and queue. Files that lie among the directories are no part of the store. */
  queues(): QueueFiles[] {
    const top = this.path('consumequeue')
    return this.#directoriesIn(top).flatMap((topic) => {
      const ids = this.#directoriesIn(join(top, topic)).filter((name) => /^\d+$/.test(name))
      return ids
        .map(Number)
        .sort((a, b) => a - b)
        .map((queueId) => {
          const directory = join(top, topic, String(queueId))
          const files = listSeries(this.fileSystem, [directory])
          const extDirectory = this.path('consumequeue_ext', topic, String(queueId))
          const extFiles = listSeries(this.fileSystem, [extDirectory])
          return { topic, queueId, directory, files, extFiles }
        })
    })
  }

  #directoriesIn(parent: string): string[] {
    const names = this.fileSystem.list(parent)
    return names.filter((name) => this.fileSystem.stat(join(parent, name))?.isDirectory === true)
  }

  /** The files of the timer log, the oldest first. */
  timerLogFiles(): SeriesFile[] {
    return listSeries(this.fileSystem, [this.path('timerlog')])
  }

  /** Paths of the index files, the oldest first. */
  indexFiles(): string[] {
    const names = this.fileSystem.list(this.path('index')).filter((name) => /^\d{17}$/.test(name))
    return names.map((name) => this.path('index', name))
  }
}

function listSeries(fileSystem: FileSystem, directories: readonly string[]): SeriesFile[] {
  const files: SeriesFile[] = []
  for (const directory of directories) {
    for (const name of fileSystem.list(directory)) {
      const startOffset = fileNameToOffset(name)
      const path = join(directory, name)
      if (startOffset === undefined) continue
      files.push({ path, startOffset, size: fileSystem.stat(path)?.size ?? 0 })
    }
  }
  return files.sort((a, b) => a.startOffset - b.startOffset)
}
