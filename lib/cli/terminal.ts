/** Where a command writes to. */
export interface Terminal {
  /** A line for whoever called the command. */
  out(line: string): void
  /** A line about what goes wrong. */
  err(line: string): void
  /** Shows a text in place of the one before; an empty one takes it away. Not there when nobody watches. */
  readonly status?: (text: string) => void
}

/** The terminal of this process. */
export const PROCESS_TERMINAL: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY && {
    status: (text: string) => void process.stderr.write(`\r${text}\x1b[K`),
  }),
}
