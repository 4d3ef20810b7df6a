import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import { INT_MAX } from '../config/option.ts'
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

/** Runs `server` until SIGTERM or SIGINT, then stops it gracefully; a second signal ends the process at once. */
export async function serve(server: Service, options: ServeOptions): Promise<void> {
  const { name, pidDirectory, fileSystem, logger, onStarted } = options
  const signalled = watchSignals()
  // Nothing else keeps the process alive between the last socket and the end of `stop`: the clock's timers do not.
  const keepAlive = setInterval(() => undefined, INT_MAX)
  const pidFile = new PidFile(fileSystem, pidDirectory, name)
  try {
    await server.start()
    pidFile.write(logger)
    onStarted()
    const signal = await signalled
    logger.info({ signal }, 'stopping')
    await server.stop()
    logger.info({}, 'stopped')
  } finally {
    clearInterval(keepAlive)
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
