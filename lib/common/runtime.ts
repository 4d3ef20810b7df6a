import type { Clock } from './clock.ts'
import type { FileSystem } from './file-system.ts'
import type { Logger } from './logger.ts'

/** What a server needs of its surroundings: time, files, a log. */
export interface Runtime {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}
