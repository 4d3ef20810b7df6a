import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'
import { withSettings } from './transactions.ts'

/** Offsets are soon on the disk: a broker that is killed goes on from there. Messages have bit maps of what wants them. */
const SETTINGS = {
  flushConsumerOffsetInterval: 500,
  enableConsumeQueueExt: 'true',
  enableCalcFilterBitMap: 'true',
}

/** Pop consumers: the Java client in POP mode, and requests as it makes them. */
export const popSuite: Suite = {
  name: 'pop',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'pop')
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startPair(
      context.directory,
      namesrv,
      withSettings(broker, SETTINGS),
    )
    await runClientProgram('pop', context, servers, command)
  },
}
