import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** Our broker at Apache's name servers, driven by a Java client. */
export const crossOurBroker: Suite = {
  name: 'cross-our-broker',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'smoke')
    const { namesrv } = await context.launchers.apache()
    const servers = await Servers.startPair(context.directory, namesrv, context.launchers.broker)
    await runClientProgram(this.name, context, servers, command)
  },
}

/** Apache's broker at our name servers, driven by a Java client. */
export const crossOurNamesrv: Suite = {
  name: 'cross-our-namesrv',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'smoke')
    const { broker } = await context.launchers.apache()
    const servers = await Servers.startPair(context.directory, context.launchers.namesrv, broker)
    await runClientProgram(this.name, context, servers, command)
  },
}
