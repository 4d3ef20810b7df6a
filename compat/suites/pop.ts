import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** Pop consumers: the Java client in POP mode, and requests as it makes them. */
export const popSuite: Suite = {
  name: 'pop',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'pop')
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startPair(context.directory, namesrv, broker)
    await runClientProgram('pop', context, servers, command)
  },
}
