import path from 'node:path'
import { runClientProgram } from '../harness/client-program.ts'
import { type Command, runOrFail } from '../harness/process.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'

const BUILD_LIMIT_MS = 8 * 60_000

/** The official Go client. */
export const goSuite = suite('go', 'usual')

/** Its cases that take minutes. */
export const goSlowSuite: Suite = { ...suite('go-slow', 'slow'), onRequest: true }

function suite(name: string, set: string): Suite {
  return {
    name,
    tools: ['go'],
    targets: ['ours', 'apache'],
    async run(context) {
      const command = await goClient(context)
      const { namesrv, broker } = context.launchers
      const servers = await Servers.startPair(context.directory, namesrv, broker)
      await runClientProgram(name, context, servers, { ...command, args: ['--set', set] })
    },
  }
}

/** Builds the client program and gives the command that runs it. */
export async function goClient(context: SuiteContext): Promise<Command> {
  const program = path.join(context.directory, 'client')
  const directory = path.join(context.compatDirectory, 'go')
  const command = { program: 'go', args: ['build', '-o', program, '.'], directory }
  await context.preparations.once(program, () => runOrFail(command, BUILD_LIMIT_MS))
  return { program, args: [], environment: { HOME: context.directory } }
}
