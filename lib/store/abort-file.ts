import { join } from 'node:path'
import type { FileSystem } from '../common/file-system.ts'

/** There while the store is open: found at the start, it tells that the last process did not stop cleanly. Holds its process id. */
export class AbortFile {
  readonly #fileSystem: FileSystem
  readonly #path: string
  readonly #directory: string

  constructor(fileSystem: FileSystem, rootDirectory: string) {
    this.#fileSystem = fileSystem
    this.#directory = rootDirectory
    this.#path = join(rootDirectory, 'abort')
  }

  get exists(): boolean {
    return this.#fileSystem.exists(this.#path)
  }

  create(processId: number): void {
    const handle = this.#fileSystem.open(this.#path, 'w')
    try {
      handle.writeSync(Buffer.from(String(processId)), 0)
      handle.datasyncSync()
    } finally {
      handle.close()
    }
    this.#fileSystem.syncDirectory(this.#directory)
  }

  remove(): void {
    this.#fileSystem.remove(this.#path)
    this.#fileSystem.syncDirectory(this.#directory)
  }
}
