import { errorCode } from '../common/errors.ts'

/** Where a command writes to. */
export interface Terminal {
  /** A line for whoever called the command. */
  out(line: string): void
  /** A line about what goes wrong. */
  err(line: string): void
  /** Shows a text in place of the one before; an empty one takes it away. Not there when nobody watches. */
  readonly status?: (text: string) => void
  /** Nobody reads what is printed any more. */
  readonly isClosed?: boolean
}

/** The terminal of this process. That nobody reads any more (`| head`) is no error. */
export class ProcessTerminal implements Terminal {
  readonly status?: (text: string) => void
  #isClosed = false

  constructor() {
    process.stdout.on('error', (error) => {
      if (errorCode(error) !== 'EPIPE') throw error
      this.#isClosed = true
    })
    if (process.stderr.isTTY) {
      this.status = (text) => void process.stderr.write(`\r${text}\x1b[K`)
    }
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  out(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  err(line: string): void {
    process.stderr.write(`${line}\n`)
  }
}
