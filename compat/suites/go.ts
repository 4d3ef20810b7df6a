import path from 'node:path'
import { runClientProgram } from '../harness/client-program.ts'
import { runOrFail } from '../harness/process.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'

const BUILD_LIMIT_MS = 8 * 60_000

/** The official Go client. */
export const goSuite: Suite = {
  name: 'go',
  tools: ['go'],
  targets: ['ours', 'apache'],
  async run(context) {
    const program = path.join(context.directory, 'client')
    const directory = path.join(context.compatDirectory, 'go')
    await runOrFail(
      { program: 'go', args: ['build', '-o', program, '.'], directory },
      BUILD_LIMIT_MS,
    )
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startPair(context.directory, namesrv, broker)
    const environment = { HOME: context.directory }
    await runClientProgram('go', context, servers, { program, args: [], environment })
  },
}
