import type { Clock } from '../common/clock.ts'
import { ProgressBar } from '../terminal/progress-bar.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** What a command prints: tables for people, or with `--json` one JSON document a line. Complaints go to standard error. */
export class Output {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #isJson: boolean
  readonly #name: string
  #hasFailed = false

  constructor(terminal: Terminal, clock: Clock, isJson: boolean, name: string) {
    this.#terminal = terminal
    this.#clock = clock
    this.#isJson = isJson
    this.#name = name
  }

  /** Something that could be done in part only: the command goes on, and ends with exit code 1. */
  complain(problem: string): void {
    this.#hasFailed = true
    this.#terminal.err(`${this.#name}: ${problem}`)
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Nobody reads on: a command that prints much may end. */
  get isClosed(): boolean {
    return this.#terminal.isClosed === true
  }

  /** `data` is what `lines` say, for programs; Maps are objects in it. */
  print(data: unknown, lines: readonly string[]): void {
    if (this.#isJson) this.#terminal.out(JSON.stringify(data, plain))
    else for (const line of lines) this.#terminal.out(line)
  }

  /** Shows how far a command is that may take long. */
  progress(): ProgressBar {
    return new ProgressBar(this.#terminal, this.#clock, 'items')
  }
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}
