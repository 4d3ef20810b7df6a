/** A store that cannot be opened as it is. The message is one line for the operator: what is wrong, where, what to do. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError'
}

/** What comes from a master is no continuation of this log: that does not pass by itself. */
export class DivergedError extends StoreError {
  override readonly name = 'DivergedError'
  readonly code = 'DIVERGED'
}

/** What stands where a directory of the store has to be. */
export function notADirectory(path: string): string {
  return `${path} is not a directory: move it away`
}
