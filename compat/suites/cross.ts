import fs from 'node:fs'
import path from 'node:path'
import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** Our broker at Apache's name servers, and Apache's broker at ours, each driven by a Java client. */
export const crossSuite: Suite = {
  name: 'cross',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const { namesrv, broker } = context.launchers
    const apache = await context.launchers.apache()
    const pairs = [
      { label: 'cross-our-broker', namesrv: apache.namesrv, broker },
      { label: 'cross-our-namesrv', namesrv, broker: apache.broker },
    ]
    for (const pair of pairs) {
      const directory = path.join(context.directory, pair.label)
      fs.mkdirSync(directory)
      const pairContext = { ...context, directory }
      const command = await javaClient(pairContext, NEWEST, 'smoke')
      const servers = await Servers.startPair(directory, pair.namesrv, pair.broker)
      await runClientProgram(pair.label, pairContext, servers, command)
    }
  },
}
