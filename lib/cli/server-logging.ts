import { join, resolve } from 'node:path'
import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Machine } from '../config/option.ts'
import { createFileLogging, createLogging, LOG_LEVELS } from '../logging-startup.ts'
import type { Logging } from '../logging-startup.ts'
import { UsageError } from '../terminal/flags.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ServerName } from './pid-file.ts'

/** The log file of each server, without `.log`: Apache's names where Apache has the server. */
export const LOG_NAMES: Readonly<Record<ServerName, string>> = {
  mqnamesrv: 'namesrv',
  mqbroker: 'broker',
  'rocketmq-server': 'standalone',
}

export interface ServerLoggingOptions {
  readonly name: ServerName
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly terminal: Terminal
}

/** Where Apache's servers log. Source: broker/src/main/resources/rmq.broker.logback.xml */
export function defaultLogDirectory({ home }: Machine): string {
  return join(home, 'logs', 'rocketmqlogs')
}

/**
 * The log of a server as its flags say. With a file, SIGHUP is for logrotate: the file is opened anew.
 * @throws Error when the file cannot be opened
 */
export async function openServerLogging(
  flags: { readonly logLevel?: string; readonly logDir?: string },
  { name, clock, fileSystem, terminal }: ServerLoggingOptions,
): Promise<Logging> {
  const level = parseLogLevel(flags.logLevel)
  if (flags.logDir === undefined) return createLogging(level)
  const logging = createFileLogging(level, {
    directory: resolve(flags.logDir),
    name: LOG_NAMES[name],
    fileSystem,
    clock,
    onFailed: (text) => terminal.err(`${name}: ${text}`),
  })
  process.on('SIGHUP', () => logging.reopen())
  return logging
}

function parseLogLevel(text = 'info') {
  const level = LOG_LEVELS.find((each) => each === text)
  if (level !== undefined) return level
  throw new UsageError(`--logLevel=${text}: allowed are ${LOG_LEVELS.join(', ')}`)
}
