import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { SystemClock } from './common/clock.ts'
import { NodeFileSystem } from './common/file-system.ts'
import type { Logger } from './common/logger.ts'
import { SILENT_LOGGER } from './common/logger.ts'
import { thisMachine } from './config/machine.ts'
import { loadStandaloneConfigs, Standalone } from './standalone-startup.ts'

export type { Logger } from './common/logger.ts'
export { ConfigError } from './config/errors.ts'

/** How `startServer` starts a server. */
export interface StartServerOptions {
  /** Directory of the store. Without one a temporary directory is used, which `close` removes. */
  readonly store?: string
  /** Address to listen on: 127.0.0.1 when not given. */
  readonly host?: string
  /** The NameServer's port: any free one when not given. */
  readonly namesrvPort?: number
  /** The broker's port: any free one when not given. */
  readonly port?: number
  /** Further settings by Apache's keys, see docs/configuration.md: `{ autoCreateTopicEnable: false }`. */
  readonly config?: Readonly<Record<string, string | number | boolean>>
  /** Where to log; nowhere when not given. pino's loggers fit. */
  readonly logger?: Logger
}

/** A NameServer and a broker that run in this process. */
export interface RunningServer {
  /** `host:port` to give to clients. */
  readonly namesrvAddr: string
  readonly brokerAddr: string
  /** Stops both; idempotent. */
  close(): Promise<void>
}

/**
 * Starts a NameServer and a broker in this process, for instance for tests of programs that use RocketMQ. The environment
 * is not looked at.
 * @throws ConfigError (rejects) for a setting that cannot be used; Error when a port or the store is in use
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const fileSystem = new NodeFileSystem()
  const store = options.store ?? fileSystem.makeTemporaryDirectory(join(tmpdir(), 'rocketmq-'))
  const removeStore = () => {
    if (options.store === undefined) fileSystem.remove(store)
  }
  const entries = new Map(
    Object.entries({
      bindAddress: options.host ?? '127.0.0.1',
      namesrvPort: options.namesrvPort ?? 0,
      listenPort: options.port ?? 0,
      storePathRootDir: store,
      ...options.config,
    }).map(([key, value]) => [key, String(value)]),
  )
  try {
    const settings = loadStandaloneConfigs([{ source: 'startServer', entries }], thisMachine({}))
    const logger = options.logger ?? SILENT_LOGGER
    for (const warning of settings.warnings) logger.warn({}, warning)
    const clock = new SystemClock()
    const server = new Standalone(settings, undefined, { clock, fileSystem, logger })
    await server.start()
    const { namesrvAddr, brokerAddr } = server
    const close = async () => {
      await server.stop()
      removeStore()
    }
    return { namesrvAddr, brokerAddr, close }
  } catch (error) {
    removeStore()
    throw error
  }
}
