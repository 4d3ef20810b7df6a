import { pino } from 'pino'
import type { DestinationStream, Logger as PinoLogger } from 'pino'
import { openToAppend } from './common/file-system.ts'
import { LogFile } from './common/log-file.ts'
import type { LogFileOptions } from './common/log-file.ts'
import type { Logger } from './common/logger.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Logging {
  /** Its children carry Apache's logger names: RocketmqBroker, RocketmqStore, ... */
  readonly logger: Logger
  /** Goes on in a new file when somebody has moved the log file away. */
  reopen(): void
  /** Resolves when what is still held back is written. */
  close(): Promise<void>
}

const STDERR = 2
/** Bytes of lines that may wait for a reader of the log; more are dropped, so that a stuck one cannot stop the server. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/**
 * Logs to standard error (standard output is for what commands print): pretty on a terminal, JSON lines otherwise. Without
 * worker threads.
 */
export async function createLogging(level: LogLevel): Promise<Logging> {
  const options = { level, base: null }
  const reopen = () => undefined
  if (process.stderr.isTTY) {
    return {
      logger: adapt(pino(options, await prettyStream())),
      reopen,
      close: async () => undefined,
    }
  }
  const stream = destination(STDERR)
  return { logger: adapt(pino(options, stream)), reopen, close: async () => stream.flushSync() }
}

/** Logs to a file, in JSON lines. @throws Error in one line, when it cannot be opened */
export function createFileLogging(
  level: LogLevel,
  options: Omit<LogFileOptions, 'openStream' | 'onLost'>,
): Logging {
  const file = new LogFile({
    ...options,
    openStream: (path) => destination(openToAppend(path)),
    onLost: (lines) => logger.warn({ lines }, 'log lines were lost'),
  })
  const logger = adapt(pino({ level, base: null }, file))
  return { logger, reopen: () => file.reopen(), close: () => file.close() }
}

function destination(fd: number) {
  return pino.destination({ dest: fd, sync: false, maxLength: MAX_WAITING_BYTES })
}

/** Children are made of `root`, so that a child of a child has one name, its own. */
function adapt(root: PinoLogger, logger = root): Logger {
  return {
    debug: (fields, event) => logger.debug(fields, event),
    info: (fields, event) => logger.info(fields, event),
    warn: (fields, event) => logger.warn(fields, event),
    error: (fields, event) => logger.error(fields, event),
    child: (bindings) => adapt(root, root.child(bindings)),
  }
}

/** Loaded only where somebody looks at it. */
async function prettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({ destination: STDERR, sync: true, translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l' })
}
