/**
 * What components log to: an event text and fields, never message bodies or secrets. pino's loggers fit; child loggers
 * carry Apache's logger names (`RocketmqBroker`, `RocketmqStore`, `RocketmqNamesrv`, ...).
 */
export interface Logger {
  debug(fields: object, event: string): void
  info(fields: object, event: string): void
  warn(fields: object, event: string): void
  error(fields: object, event: string): void
  child(bindings: { name: string }): Logger
}

/** Logs nothing. */
export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT_LOGGER,
}
