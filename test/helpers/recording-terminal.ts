import type { Terminal } from '../../lib/terminal/terminal.ts'

/** Keeps what a command prints. */
export class RecordingTerminal implements Terminal {
  readonly lines: string[] = []
  readonly errors: string[] = []
  isClosed = false

  out(line: string): void {
    this.lines.push(...line.split('\n'))
  }

  err(line: string): void {
    this.errors.push(line)
  }
}
