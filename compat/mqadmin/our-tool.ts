import { ADMIN_COMMANDS } from '../../lib/admin/commands/index.ts'
import { mqadmin } from '../../lib/cli/mqadmin.ts'
import type { Report } from '../harness/report.ts'
import type { Command } from './command.ts'
import { comparableLines, difference } from './output.ts'
import type { ToolOutput, ToolServer } from './tool.ts'

const NAMES = ADMIN_COMMANDS.filter(({ takesAnything }) => takesAnything !== true).map(
  ({ name }) => name,
)
const REFUSAL = /CODE: \d+ {2}DESC: .*?(?= BROKER: |$)/gm
/** A column of queryMsgByKey that the tool of 5.5.0 always shows, ours with `-p`. */
const INDEX_KEY = / +(#IndexKey|\d+@\S+@K@\S+) *$/gm
const EXCEPTION = /^(Caused by: )?[a-z]+(\.\w+)+Exception\b/m

interface Result {
  readonly line: string
  readonly ms: number
  /** Empty when the outputs are the same. */
  readonly difference: string
}

/**
 * Our own mqadmin on our servers, each command right after Apache's has run it there: both print the same. Where Apache's fails ours does,
 * with the same refusal of the server, and an exit code.
 */
export class OurTool {
  readonly #servers: readonly ToolServer[]
  readonly #commands: readonly Command[]
  readonly #home: string
  readonly #results: Result[] = []

  /** `home` is where both tools look for conf/tools.yml. */
  constructor(commands: readonly Command[], servers: readonly ToolServer[], home: string) {
    this.#commands = commands
    this.#home = home
    this.#servers = servers.filter(({ name }) => name === 'ours')
  }

  async repeat({ server: name, line: index, output, words }: ToolOutput): Promise<void> {
    const server = this.#servers.find((each) => each.name === name)
    const command = this.#commands[index]
    if (server === undefined || command === undefined || command.once !== undefined) return
    if (command.line.startsWith('@') || !NAMES.includes(words[0] ?? '')) return
    const startMs = performance.now()
    const ours = await runOurs(words, this.#home)
    const ms = Math.round(performance.now() - startMs)
    this.#results.push({
      line: command.line,
      ms,
      difference: compare(output, ours, server, command),
    })
  }

  report(suite: string, report: Report): void {
    for (const { line, ms, difference: found } of this.#results) {
      const name = `ours: ${line}`
      if (found === '') report.passed(suite, name, ms)
      else report.fail(suite, name, found)
    }
  }
}

interface OurOutput {
  readonly code: number
  readonly lines: string[]
  readonly errors: string[]
}

async function runOurs(words: readonly string[], home: string): Promise<OurOutput> {
  const lines: string[] = []
  const errors: string[] = []
  const terminal = {
    out: (line: string) => void lines.push(line),
    err: (line: string) => void errors.push(line),
  }
  const code = await mqadmin({ args: words, environment: { ROCKETMQ_HOME: home }, terminal })
  return { code, lines, errors }
}

function compare(
  apaches: string,
  ours: OurOutput,
  server: ToolServer,
  { toolsDiffer, leftOut }: Command,
): string {
  if (EXCEPTION.test(apaches) && ours.code !== 0) return compareFailures(apaches, ours)
  if (ours.code !== 0) return `exit code ${ours.code}\n${ours.errors.join('\n')}`
  const linesOf = (output: string): string[] =>
    comparableLines(output, server).filter(
      (line) => leftOut?.lines.test(line) !== true && toolsDiffer?.lines.test(line) !== true,
    )
  return difference(linesOf(ours.lines.join('\n')), linesOf(apaches.replaceAll(INDEX_KEY, '')))
}

function compareFailures(apaches: string, { errors }: OurOutput): string {
  const refusal = apaches.match(REFUSAL)?.at(-1)
  const text = errors.join('\n')
  return refusal === undefined || text.includes(refusal) ? '' : `- ${refusal}\n+ ${text}`
}
