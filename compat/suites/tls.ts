import { runClientProgram } from '../harness/client-program.ts'
import type { Command } from '../harness/process.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/**
 * The newest Java client by TLS, on a broker that takes nothing else and registers by TLS. The name servers take both: the
 * harness asks them without TLS.
 */
export const tlsSuite: Suite = {
  name: 'tls',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const client = await javaClient(context, NEWEST, 'smoke')
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startPair(context.directory, namesrv, (spec) =>
      enforcing(broker(spec)),
    )
    const command = { ...client, args: ['-Dtls.enable=true', ...client.args] }
    await runClientProgram(this.name, context, servers, command)
  },
}

function enforcing(command: Command): Command {
  const environment = { ...command.environment, ROCKETMQ_TLS_SERVER_MODE: 'enforcing' }
  return { ...command, environment }
}
