/** Why a slave does not follow its master. `code` tells the kinds apart, so that each is logged once. */
export class ReplicationError extends Error {
  override readonly name = 'ReplicationError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
