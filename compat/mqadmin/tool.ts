import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { runProgram, type SendLine } from '../harness/process.ts'

/** A server that commands are run against; `name` is told with the outputs. */
export interface ToolServer {
  readonly name: string
  readonly namesrv: string
  readonly broker: string
  readonly directory: string
}

/** What one command has printed. */
export interface ToolOutput {
  readonly server: string
  /** The command's place in the list. */
  readonly line: number
  readonly ms: number
  readonly output: string
  /** The command line as it was run; none for clients. */
  readonly words: readonly string[]
}

const LIMIT_MS = 120_000
const SOURCES = ['MqAdmin.java', 'AdminCalls.java']

/**
 * Runs commands of Apache's mqadmin (words separated by blanks) in one JVM that is made of the sources in a directory, first all against one server, then the next. After each
 * of them it waits for `onOutput`.
 */
export async function runTool(
  sources: string,
  jars: string,
  directory: string,
  commands: readonly string[],
  servers: readonly ToolServer[],
  onOutput: (output: ToolOutput) => Promise<void>,
): Promise<ToolOutput[]> {
  const script = path.join(directory, 'commands.txt')
  fs.writeFileSync(script, commands.map((command) => command.replaceAll(' ', '\t')).join('\n'))
  const targets = servers.map((server) =>
    [server.name, server.namesrv, server.broker, server.directory].join('='),
  )
  const options = ['-Xmx256m', '-XX:TieredStopAtLevel=1', `-Duser.home=${directory}`]
  const classes = path.join(directory, 'classes')
  const files = SOURCES.map((name) => path.join(sources, name))
  execFileSync('javac', ['-nowarn', '-d', classes, '-cp', `${jars}/*`, ...files])
  const log = fs.createWriteStream(path.join(directory, 'mqadmin.log'))
  const outputs: ToolOutput[] = []
  const command = {
    program: 'java',
    args: [...options, '-cp', `${classes}:${jars}/*`, 'MqAdmin', script, ...targets],
    environment: { ROCKETMQ_HOME: directory },
    // Some commands write files where they run.
    directory,
  }
  const onLine = (line: string, send: SendLine): void => {
    log.write(`${line}\n`)
    if (!line.startsWith('@output ')) return
    const output = JSON.parse(line.slice(8)) as ToolOutput
    outputs.push(output)
    void onOutput(output).finally(() => send(''))
  }
  const code = await runProgram(command, LIMIT_MS, onLine, true)
  await new Promise<void>((resolve) => log.end(resolve))
  if (code !== 0) throw new Error(`mqadmin ended with ${code}, see mqadmin.log`)
  return outputs
}
