/** A setting that cannot be used. The message is one line that names where it stands, its key, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
