import path from 'node:path'
import fs from 'node:fs'
import { runClientProgram } from '../harness/client-program.ts'
import type { Command } from '../harness/process.ts'
import { Servers, type BrokerLauncher } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { goClient } from './go.ts'
import { NEWEST, javaClient } from './java.ts'

const OLDEST = '4.9.8'

/** Java consumers whose master is killed: they read on from the slave, and from that once it is promoted. */
export const haReadersSuite: Suite = {
  name: 'ha-readers',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const { broker } = context.launchers
    await runReaders(this.name, context, broker, broker)
    const client = await javaClient(context, OLDEST, 'ha')
    await runReaders(`${this.name}-${OLDEST}`, context, broker, broker, client)
  },
}

/** The same where one of the two is Apache's. */
export const haReadersMixedSuite: Suite = {
  name: 'ha-readers-mixed',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  onRequest: true,
  async run(context) {
    const { broker: ours } = context.launchers
    const { broker: apaches } = await context.launchers.apache()
    await runReaders('ha-readers-apache-master', context, apaches, ours)
    await runReaders('ha-readers-apache-slave', context, ours, apaches)
  },
}

/** The same with the Go client, which asks for routes each half minute only. */
export const haReadersGoSuite: Suite = {
  name: 'ha-readers-go',
  tools: ['go'],
  targets: ['ours', 'apache'],
  onRequest: true,
  async run(context) {
    const { broker } = context.launchers
    const { args, ...go } = await goClient(context)
    const command = { ...go, args: [...args, '--set', 'ha'] }
    await runReaders(this.name, context, broker, broker, command)
  },
}

async function runReaders(
  label: string,
  context: SuiteContext,
  master: BrokerLauncher,
  slave: BrokerLauncher,
  client?: Command,
): Promise<void> {
  const directory = path.join(context.directory, label)
  fs.mkdirSync(directory)
  const command = client ?? (await javaClient(context, NEWEST, 'ha'))
  const { namesrv } = context.launchers
  const servers = await Servers.startMasterAndSlave(directory, namesrv, { master, slave })
  await runClientProgram(label, { ...context, directory }, servers, command)
}
