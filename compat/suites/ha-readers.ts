import path from 'node:path'
import fs from 'node:fs'
import { runClientProgram } from '../harness/client-program.ts'
import { Servers, type BrokerLauncher } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** Java consumers whose master is killed: they read on from the slave, and from that once it is promoted. */
export const haReadersSuite: Suite = {
  name: 'ha-readers',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const { broker } = context.launchers
    await runReaders(this.name, context, broker, broker)
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

async function runReaders(
  label: string,
  context: SuiteContext,
  master: BrokerLauncher,
  slave: BrokerLauncher,
): Promise<void> {
  const directory = path.join(context.directory, label)
  fs.mkdirSync(directory)
  const command = await javaClient(context, NEWEST, 'ha')
  const { namesrv } = context.launchers
  const servers = await Servers.startMasterAndSlave(directory, namesrv, { master, slave })
  await runClientProgram(label, { ...context, directory }, servers, command)
}
