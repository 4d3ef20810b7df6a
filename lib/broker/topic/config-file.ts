import { dirname } from 'node:path'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { readStateFile } from '../../common/state-file.ts'

/**
 * A state file that is written while clients wait, for each topic or group that they make. A write is in the page cache when
 * `write` returns, so that it outlives the process, but the disk is not waited for. Behind it the latest content is
 * written to `path.bak` and synced, one write at a time: after a power loss that tears the file, `path.bak` is whole.
 */
export class ConfigFile {
  readonly #fileSystem: FileSystem
  readonly #path: string
  readonly #logger: Logger
  #unsynced: Buffer | undefined
  #isSyncing = false

  constructor(fileSystem: FileSystem, path: string, logger: Logger) {
    this.#fileSystem = fileSystem
    this.#path = path
    this.#logger = logger
  }

  /** Source: common.ConfigManager#load. @throws the parser's error when the file is broken, and its .bak too */
  read<T>(parse: (text: string) => T): T | undefined {
    return readStateFile(this.#fileSystem, this.#path, parse)
  }

  write(content: Buffer): void {
    const temporary = `${this.#path}.tmp`
    this.#fileSystem.makeDirectory(dirname(this.#path))
    const handle = this.#fileSystem.open(temporary, 'w')
    try {
      handle.writeSync(content, 0)
    } finally {
      handle.close()
    }
    this.#fileSystem.rename(temporary, this.#path)
    this.#unsynced = content
    if (!this.#isSyncing) void this.#sync()
  }

  async #sync(): Promise<void> {
    this.#isSyncing = true
    try {
      for (let content = this.#unsynced; content !== undefined; content = this.#unsynced) {
        this.#unsynced = undefined
        await this.#writeBackup(content)
      }
    } catch (error) {
      this.#logger.error({ err: error, path: this.#path }, 'backup of state file failed')
    } finally {
      this.#isSyncing = false
    }
  }

  async #writeBackup(content: Buffer): Promise<void> {
    const temporary = `${this.#path}.bak.tmp`
    const handle = this.#fileSystem.open(temporary, 'w')
    try {
      await handle.write(content, 0)
      await handle.datasync()
    } finally {
      handle.close()
    }
    this.#fileSystem.rename(temporary, `${this.#path}.bak`)
  }
}
