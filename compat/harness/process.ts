import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'

/** How to run a program. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
}

/** A program under the harness's control: started, stopped and killed by its own handle, output in a file. */
export class ManagedProcess {
  readonly name: string
  readonly logFile: string
  readonly #command: Command
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #failure = ''
  #ending = false

  constructor(name: string, command: Command, logFile: string) {
    this.name = name
    this.#command = command
    this.logFile = logFile
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Why it ended, when nobody asked it to; empty else. */
  get failure(): string {
    return this.#failure
  }

  start(): void {
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`)
    const log = fs.openSync(this.logFile, 'a')
    const child = spawn(this.#command.program, this.#command.args, {
      stdio: ['ignore', log, log],
      cwd: this.#command.directory,
      env: { ...process.env, ...this.#command.environment },
    })
    fs.closeSync(log)
    this.#child = child
    this.#failure = ''
    this.#ending = false
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => this.#end(`${this.name}: ${error.message}`, resolve))
      child.once('exit', (code, signal) =>
        this.#end(`${this.name} ended by itself: ${signal ?? `exit code ${code}`}`, resolve),
      )
    })
  }

  /** SIGTERM, and SIGKILL when it still runs after the limit. Resolves when it has ended. */
  async stop(limitMs = 15_000): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#ending = true
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    await this.#ended
    clearTimeout(timer)
  }

  /** Stops it as it is, with its connections open (SIGSTOP), or lets it go on. */
  freeze(frozen: boolean): void {
    this.#child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT')
  }

  async kill9(): Promise<void> {
    this.#ending = true
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  #end(reason: string, resolve: () => void): void {
    this.#child = undefined
    if (!this.#ending) this.#failure = reason
    resolve()
  }
}

/** Puts a line on the standard input of a program. */
export type SendLine = (line: string) => void

/**
 * Runs a program to its end, each line of its output to `onLine`. Killed at the limit. Resolves to its exit code. The program
 * has no standard input unless `isAsking`.
 */
export function runProgram(
  command: Command,
  limitMs: number,
  onLine: (line: string, send: SendLine) => void,
  isAsking = false,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, command.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: command.directory,
      env: { ...process.env, ...command.environment },
    })
    const send: SendLine = (line) => child.stdin.write(`${line}\n`)
    // It may have ended meanwhile.
    child.stdin.on('error', () => undefined)
    if (!isAsking) child.stdin.end()
    const timer = setTimeout(() => {
      onLine(`killed after ${limitMs} ms`, send)
      child.kill('SIGKILL')
    }, limitMs)
    for (const stream of [child.stdout, child.stderr]) {
      let rest = ''
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) onLine(line, send)
      })
      stream.on('end', () => rest !== '' && onLine(rest, send))
    }
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })
}

/** Runs a program that has to succeed; its output goes into the error when it does not. */
export async function runOrFail(command: Command, limitMs: number): Promise<void> {
  const output: string[] = []
  const code = await runProgram(command, limitMs, (line) => output.push(line))
  if (code === 0) return
  const line = [command.program, ...command.args].join(' ')
  throw new Error(`${line}\nended with ${code}:\n${output.slice(-40).join('\n')}`)
}

/** Whether `program` can be started at all. */
export async function isInstalled(program: string, versionFlag: string): Promise<boolean> {
  return runProgram({ program, args: [versionFlag] }, 60_000, () => undefined).then(
    (code) => code === 0,
    () => false,
  )
}
