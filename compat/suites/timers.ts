import { runClientProgram } from '../harness/client-program.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** A message that is more than 4 s away is stored again on its way. */
const SMALL_WHEEL = { recallMessageEnable: 'true', timerRollWindowSlot: 4 }

/** Messages with a time of delivery. */
export const timersSuite: Suite = {
  name: 'timers',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'timer')
    const { namesrv, broker } = context.launchers
    const launch = withSettings(broker, SMALL_WHEEL)
    const servers = await Servers.startPair(context.directory, namesrv, launch)
    await runClientProgram(this.name, context, servers, command)
  },
}
