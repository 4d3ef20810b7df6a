/** What was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** A bound has been reached: what was asked for may be asked for again a little later. The message says which one. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
}

/** What was asked for cannot be read from the disk. Where that was found it has been logged. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}

/** The `code` of a Node error (ENOENT, EADDRINUSE, ...); undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
