import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const BIN = path.resolve(import.meta.dirname, '..', '..', 'bin')

/** What a command has done when it has ended. */
export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** One of our commands in a process of its own. */
export class ServerProcess {
  readonly child: ChildProcess
  readonly ended: Promise<CommandResult>
  out = ''
  err = ''
  #onOutput: () => void = () => undefined

  /** `home` takes the place of $ROCKETMQ_HOME and of the user's home; `environment` is all else that the process sees. */
  constructor(
    command: string,
    args: readonly string[],
    home: string,
    environment: Record<string, string> = {},
  ) {
    this.child = spawn(process.execPath, [path.join(BIN, `${command}.js`), ...args], {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, ROCKETMQ_HOME: home, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
      this.#onOutput()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
      this.#onOutput()
    })
    this.ended = once(this.child, 'close').then(([code]) => {
      this.#onOutput()
      return { code: code as number | null, out: this.out, err: this.err }
    })
  }

  /** Resolves when the standard output matches. @throws Error when the process ends before */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.out)
      if (match !== null) return match
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the process ended without printing ${pattern}: ${this.out}${this.err}`)
      }
      await new Promise<void>((resolve) => (this.#onOutput = resolve))
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<CommandResult> {
    this.child.kill(signal)
    return this.ended
  }
}

/** Runs a command to its end. */
export function runToEnd(...args: ConstructorParameters<typeof ServerProcess>) {
  return new ServerProcess(...args).ended
}
