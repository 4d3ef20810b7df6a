import fs from 'node:fs'
import path from 'node:path'
import { type ControlActions, ControlEndpoint } from './control.ts'
import { type Command, runProgram } from './process.ts'
import type { Servers } from './servers.ts'
import type { SuiteContext } from './suite.ts'

const PROGRAM_LIMIT_MS = 9 * 60_000

/**
 * Runs a client program against servers that run already, and stops these at the end. The program prints `@cases N`,
 * then for each case `@case NAME pass|fail|skip MILLISECONDS REASON`; its other output goes into `client.log`.
 */
export async function runClientProgram(
  label: string,
  context: SuiteContext,
  servers: Servers,
  command: Command,
  actions: ControlActions = {},
): Promise<void> {
  const control = new ControlEndpoint(servers, actions)
  const logFile = path.join(context.directory, 'client.log')
  const log = fs.createWriteStream(logFile, { flags: 'a' })
  const results = new ResultLines(label, context)
  const failedBefore = context.report.failed
  try {
    const args = programArgs(context, servers, await control.start())
    await runProgram({ ...command, args: [...command.args, ...args] }, PROGRAM_LIMIT_MS, (line) => {
      log.write(`${line}\n`)
      results.take(line)
    })
    results.end()
    for (const failure of servers.failures()) context.report.fail(label, 'servers', failure)
  } finally {
    await control.stop()
    await servers.stopAll()
    await new Promise<void>((resolve) => log.end(resolve))
  }
  if (context.report.failed > failedBefore) context.report.tails([...servers.logFiles, logFile])
}

function programArgs(context: SuiteContext, servers: Servers, controlUrl: string): string[] {
  const values = {
    namesrv: servers.namesrvAddress,
    control: controlUrl,
    kills: String(context.kills),
    case: context.casePattern,
  }
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value])
}

/** Turns a program's result lines into a report. */
class ResultLines {
  readonly #label: string
  readonly #context: SuiteContext
  #announced: number | undefined
  #seen = 0

  constructor(label: string, context: SuiteContext) {
    this.#label = label
    this.#context = context
  }

  take(line: string): void {
    const announced = /^@cases (\d+)$/.exec(line)
    if (announced !== null) this.#announced = Number(announced[1])
    const match = /^@case (\S+) (pass|fail|skip) (\d+) ?(.*)$/.exec(line)
    if (match === null) return
    const [, name = '', outcome, ms, reason = ''] = match
    this.#seen++
    const { report } = this.#context
    if (outcome === 'pass') report.passed(this.#label, name, Number(ms))
    else if (outcome === 'skip') report.skip(`${this.#label}  ${name}`, reason)
    else report.fail(this.#label, name, unescape(reason))
  }

  end(): void {
    if (this.#announced === undefined) {
      this.#context.report.fail(this.#label, 'program', 'it announced no cases')
    } else if (this.#seen !== this.#announced) {
      const counts = `${this.#seen} of ${this.#announced} cases reported`
      this.#context.report.fail(this.#label, 'program', counts)
    }
  }
}

function unescape(reason: string): string {
  return reason.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}
