import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import { keepAlive } from './keep-alive.ts'
import { PidFile } from './pid-file.ts'
import type { ServerName } from './pid-file.ts'

export interface ServeOptions {
  readonly name: ServerName
  readonly pidDirectory: string
  readonly fileSystem: FileSystem
  readonly logger: Logger
  /** Called once the server runs. */
  readonly onStarted: () => void
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** A server that may come to an end by itself: `failed` resolves with the reason. */
export interface FailingService extends Service {
  readonly failed?: Promise<Error>
}

/**
 * Runs `server` until SIGTERM or SIGINT, then stops it gracefully; a second signal ends the process at once.
 * @throws (rejects) the reason when the server cannot go on, after it has been stopped
 */
export async function serve(server: FailingService, options: ServeOptions): Promise<void> {
  const { name, pidDirectory, fileSystem, logger, onStarted } = options
  const signalled = watchSignals()
  const pidFile = new PidFile(fileSystem, pidDirectory, name)
  try {
    await keepAlive(async () => {
      await server.start()
      pidFile.write(logger)
      onStarted()
      const end = await Promise.race([signalled, ...(server.failed ? [server.failed] : [])])
      logger.info(end instanceof Error ? {} : { signal: end }, 'stopping')
      await server.stop()
      logger.info({}, 'stopped')
      if (end instanceof Error) throw end
    })
  } finally {
    pidFile.remove()
  }
}

function watchSignals(): Promise<NodeJS.Signals> {
  let isSignalled = false
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isSignalled) process.exit(1)
        isSignalled = true
        resolve(signal)
      })
    }
  })
}
