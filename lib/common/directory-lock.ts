import { join } from 'node:path'
import { errorCode } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { Service } from './service.ts'

/** What runs on this machine, as far as a lock needs to know. */
export interface ProcessTable {
  readonly ownPid: number
  /**
   * A text that another process which is given the same id later will not have; empty where the system does not tell.
   * undefined when there is no such process.
   */
  identify(pid: number): string | undefined
}

/**
 * Keeps two processes from using one directory: a file `lock` with the id of the process that does. What a process that
 * was killed has left is taken over. (Apache locks a file of this name through the operating system, which Node cannot;
 * it does not see our lock, nor we its.)
 */
export class DirectoryLock implements Service {
  readonly #fileSystem: FileSystem
  readonly #processes: ProcessTable
  readonly #directory: string
  readonly #path: string

  constructor(fileSystem: FileSystem, processes: ProcessTable, directory: string) {
    this.#fileSystem = fileSystem
    this.#processes = processes
    this.#directory = directory
    this.#path = join(directory, 'lock')
  }

  /** @throws Error when another process has the lock */
  async start(): Promise<void> {
    this.#fileSystem.makeDirectory(this.#directory)
    const owner = this.#findOwner()
    if (owner !== undefined) {
      throw new Error(`the store ${this.#directory} is in use by the process ${owner}`)
    }
    const { ownPid } = this.#processes
    const handle = this.#fileSystem.open(this.#path, 'w')
    handle.writeSync(Buffer.from(`${ownPid} ${this.#processes.identify(ownPid) ?? ''}\n`), 0)
    handle.close()
  }

  async stop(): Promise<void> {
    this.#fileSystem.remove(this.#path)
  }

  #findOwner(): number | undefined {
    const [, pid, identity] = /^(\d+) ?(.*)$/m.exec(this.#read()) ?? []
    if (pid === undefined) return undefined
    return this.#processes.identify(Number(pid)) === identity ? Number(pid) : undefined
  }

  #read(): string {
    return this.#fileSystem.exists(this.#path)
      ? this.#fileSystem.readFile(this.#path).toString('latin1')
      : ''
  }
}

/** The processes of this machine. On Linux a process is identified by when it was started. */
export function runningProcesses(fileSystem: FileSystem): ProcessTable {
  return {
    ownPid: process.pid,
    identify: (pid) => {
      const stat = `/proc/${pid}/stat`
      if (fileSystem.exists(stat)) return startTime(fileSystem.readFile(stat).toString('latin1'))
      return isRunning(pid) ? '' : undefined
    },
  }
}

/** The 22nd field of /proc/PID/stat; the second one, the name in parentheses, may contain blanks. */
function startTime(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}
