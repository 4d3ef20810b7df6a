import { join } from 'node:path'
import { errorCode, toError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { Service } from './service.ts'

/** What runs on this machine, as far as a lock needs to know. */
export interface ProcessTable {
  readonly ownPid: number
  /**
   * A word that another process which is given the same id later will not have; empty where the system does not tell.
   * undefined when there is no such process.
   */
  identify(pid: number): string | undefined
  /** The process that has locked a file through the operating system; undefined when there is none, or it is not told. */
  lockOwner(path: string): number | undefined
}

/** `lock.PID`, `lock.PID.IDENTITY` */
const CLAIM = /^lock\.(\d+)(?:\.(.*))?$/

/**
 * Keeps two processes from using one directory. Each makes a file there that has its id in its name, then looks for such files of
 * other processes: whoever comes second finds the first, so that two cannot pass, though of two that start in the same
 * instant both may be refused. A file of a process that has gone is removed.
 *
 * Apache's broker locks the file `lock` through the operating system. Node cannot do that, so that Apache does not see
 * our lock; where the system tells of locks, we see Apache's.
 */
export class DirectoryLock implements Service {
  readonly #fileSystem: FileSystem
  readonly #processes: ProcessTable
  readonly #directory: string
  readonly #claim: string

  constructor(fileSystem: FileSystem, processes: ProcessTable, directory: string) {
    this.#fileSystem = fileSystem
    this.#processes = processes
    this.#directory = directory
    const identity = processes.identify(processes.ownPid) ?? ''
    this.#claim = `lock.${processes.ownPid}${identity === '' ? '' : `.${identity}`}`
  }

  /** @throws Error when another process has the lock, or another store of this process, or the directory cannot be written */
  async start(): Promise<void> {
    this.#makeDirectory()
    this.#refuseIf(this.#processes.lockOwner(join(this.#directory, 'lock')))
    this.#makeClaim()
    const owner = this.#findOwner()
    if (owner !== undefined) await this.stop()
    this.#refuseIf(owner)
  }

  async stop(): Promise<void> {
    this.#fileSystem.remove(join(this.#directory, this.#claim))
  }

  #makeClaim(): void {
    try {
      this.#fileSystem.open(join(this.#directory, this.#claim), 'wx+').close()
    } catch (error) {
      this.#refuseIf(errorCode(error) === 'EEXIST' ? this.#processes.ownPid : undefined)
      throw this.#unusable(error)
    }
  }

  #makeDirectory(): void {
    try {
      this.#fileSystem.makeDirectory(this.#directory)
    } catch (error) {
      throw this.#unusable(error)
    }
  }

  #unusable(error: unknown): Error {
    return new Error(`the store ${this.#directory} cannot be used: ${toError(error).message}`)
  }

  #findOwner(): number | undefined {
    for (const name of this.#fileSystem.list(this.#directory)) {
      const [, pid, identity = ''] = CLAIM.exec(name) ?? []
      if (pid === undefined || name === this.#claim) continue
      if (this.#processes.identify(Number(pid)) === identity) return Number(pid)
      this.#fileSystem.remove(join(this.#directory, name))
    }
    return undefined
  }

  #refuseIf(owner: number | undefined): void {
    if (owner === undefined) return
    throw new Error(`the store ${this.#directory} is in use by the process ${owner}`)
  }
}
