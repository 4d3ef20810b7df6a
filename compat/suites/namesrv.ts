import fs from 'node:fs'
import path from 'node:path'
import { freePort } from '../harness/ports.ts'
import { ManagedProcess } from '../harness/process.ts'
import { accepts } from '../harness/route-probe.ts'
import type { BrokerLauncher, NamesrvLauncher } from '../harness/servers.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'
import { APACHE_BROKER_CASES } from '../namesrv/apache-broker-cases.ts'
import { differences } from '../namesrv/compare.ts'
import { SCRIPT } from '../namesrv/script/index.ts'
import type { Answer } from '../namesrv/script-runner.ts'
import { ScriptRunner } from '../namesrv/script-runner.ts'

const START_LIMIT_MS = 60_000

/** Our NameServer and Apache's are asked the same, and their answers compared field by field. */
export const namesrvAnswersSuite: Suite = {
  name: 'namesrv-answers',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const apache = await context.launchers.apache()
    const apaches = await answersOf('apache', apache.namesrv, context)
    const ours = await answersOf('ours', context.launchers.namesrv, context)
    for (const step of SCRIPT) {
      const difference = differences(step, ours, apaches)
      if (difference === '') context.report.passed('namesrv-answers', step.name, 0)
      else context.report.fail('namesrv-answers', step.name, difference)
    }
  },
}

async function answersOf(
  name: string,
  launch: NamesrvLauncher,
  context: SuiteContext,
): Promise<Map<string, Answer>> {
  const directory = path.join(context.directory, name)
  fs.mkdirSync(directory)
  const port = await freePort()
  const command = launch({ directory, port })
  const server = new ManagedProcess(name, command, path.join(context.directory, `${name}.log`))
  server.start()
  try {
    await waitFor(`${name} is ready`, START_LIMIT_MS, () => accepts(`127.0.0.1:${port}`))
    return await new ScriptRunner(port).run(SCRIPT)
  } finally {
    await server.stop()
  }
}

/** Apache's broker at two NameServers: what they know of it while it lives, and when it has gone. */
export const namesrvApacheBrokerSuite: Suite = {
  name: 'namesrv-apache-broker',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const { launchers, report, directory } = context
    const apache = await launchers.apache()
    const broker = withActingMaster(apache.broker)
    const servers = await Servers.startPair(directory, launchers.namesrv, broker)
    try {
      for (const one of APACHE_BROKER_CASES) {
        const startMs = Date.now()
        await one.run(servers)
        report.passed('namesrv-apache-broker', one.name, Date.now() - startMs)
      }
    } finally {
      await servers.stopAll()
    }
  },
}

/** Then it tells the NameServers to drop it after 10 s of silence, instead of two minutes. */
function withActingMaster(launch: BrokerLauncher): BrokerLauncher {
  return (spec) => {
    const command = launch(spec)
    fs.appendFileSync(path.join(spec.directory, 'broker.conf'), 'enableSlaveActingMaster=true\n')
    return command
  }
}
