import { join } from 'node:path'
import { errorCode } from '../common/errors.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Machine } from '../config/option.ts'

/** Programs that run until they are told to stop. */
export type ServerName = 'mqnamesrv' | 'mqbroker' | 'rocketmq-server'

/** Where running servers leave their process ids: `run` in $ROCKETMQ_HOME, or in .rocketmq-server in the user's home. */
export function pidDirectory({ home, environment }: Machine): string {
  return join(environment.ROCKETMQ_HOME || join(home, '.rocketmq-server'), 'run')
}

/** Leaves the id of this process for `mqshutdown`; that it cannot be written is no reason not to start. */
export class PidFile {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #path: string
  #isWritten = false

  constructor(fileSystem: FileSystem, directory: string, server: ServerName) {
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#path = join(directory, `${server}-${process.pid}.pid`)
  }

  write(logger: Logger): void {
    try {
      this.#fileSystem.makeDirectory(this.#directory)
      const file = this.#fileSystem.open(this.#path, 'w')
      file.writeSync(Buffer.from(`${process.pid}\n`), 0)
      file.close()
      this.#isWritten = true
    } catch (error) {
      const fields = { path: this.#path, code: errorCode(error) }
      logger.warn(fields, 'pid file not written: mqshutdown will not find this process')
    }
  }

  /** Does nothing when it could not be written. */
  remove(): void {
    if (this.#isWritten) this.#fileSystem.remove(this.#path)
  }
}

/** Process ids that servers named `server` have left. */
export function findPids(fileSystem: FileSystem, directory: string, server: ServerName): number[] {
  const pattern = new RegExp(`^${server}-(\\d+)\\.pid$`)
  return fileSystem.list(directory).flatMap((name) => {
    const pid = pattern.exec(name)?.[1]
    return pid === undefined ? [] : [Number(pid)]
  })
}
