import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'
import { withSettings } from './transactions.ts'

/** Eighteen levels of 1 to 9 seconds, two of each. */
const MESSAGE_DELAY_LEVEL = Array.from({ length: 18 }, (_, index) => `${(index >> 1) + 1}s`)

/** Delay levels, through a stop and a crash of the broker. */
export const delaySuite: Suite = {
  name: 'delay',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'delay')
    const { namesrv, broker } = context.launchers
    const settings = { messageDelayLevel: MESSAGE_DELAY_LEVEL.join(' ') }
    const servers = await Servers.startPair(
      context.directory,
      namesrv,
      withSettings(broker, settings),
    )
    await runClientProgram('delay', context, servers, command)
  },
}
