import fs from 'node:fs'
import path from 'node:path'
import { Comparable } from '../broker/comparable.ts'
import { differences } from '../broker/compare.ts'
import { SCRIPT } from '../broker/script/index.ts'
import { ScriptRunner } from '../broker/script-runner.ts'
import type { Answer } from '../broker/step.ts'
import { storedFiles } from '../broker/stored-files.ts'
import { freePort } from '../harness/ports.ts'
import { ManagedProcess } from '../harness/process.ts'
import { accepts } from '../harness/route-probe.ts'
import type { BrokerLauncher } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'

const SUITE = 'broker-answers'
const START_LIMIT_MS = 60_000
/** Apache's broker takes longer, with nothing left to write. */
const STOP_LIMIT_MS = 2000
const SOON_ON_DISK = 'flushConsumerOffsetInterval=500\nflushDelayOffsetInterval=500\n'

/** Our broker and Apache's are asked the same; their answers, and then their files, are compared field by field. */
export const brokerAnswersSuite: Suite = {
  name: SUITE,
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const apache = await context.launchers.apache()
    const apaches = await answersOf('apache', apache.broker, context)
    const ours = await answersOf('ours', context.launchers.broker, context)
    for (const step of SCRIPT) {
      const exempt = 'differs' in step ? (step.differs?.fields ?? []) : []
      judge(step.name, differences(exempt, ours.get(step.name), apaches.get(step.name)), context)
    }
    for (const name of apaches.keys()) {
      if (!name.startsWith('file ')) continue
      judge(name, differences([], ours.get(name), apaches.get(name)), context)
    }
  },
}

function judge(name: string, difference: string, { report }: SuiteContext): void {
  if (difference === '') report.passed(SUITE, name, 0)
  else report.fail(SUITE, name, difference)
}

async function answersOf(
  name: string,
  launch: BrokerLauncher,
  context: SuiteContext,
): Promise<Map<string, Answer>> {
  const directory = path.join(context.directory, name)
  fs.mkdirSync(directory)
  const port = await freePort()
  const command = launch({ directory, port, brokerName: 'broker-a', namesrvAddresses: [] })
  fs.appendFileSync(path.join(directory, 'broker.conf'), SOON_ON_DISK)
  const server = new ManagedProcess(name, command, path.join(context.directory, `${name}.log`))
  const comparable = new Comparable(port, directory)
  server.start()
  try {
    await waitFor(`${name} is ready`, START_LIMIT_MS, () => accepts(`127.0.0.1:${port}`))
    const answers = await new ScriptRunner(port, comparable).run(SCRIPT)
    await server.stop(STOP_LIMIT_MS)
    return new Map([...answers, ...storedFiles(directory, comparable)])
  } finally {
    await server.stop()
  }
}
