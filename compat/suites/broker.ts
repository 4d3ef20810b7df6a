import fs from 'node:fs'
import path from 'node:path'
import { Comparable } from '../broker/comparable.ts'
import { differences } from '../broker/compare.ts'
import { SCRIPT } from '../broker/script/index.ts'
import { LITE } from '../broker/script/lite.ts'
import { ScriptRunner } from '../broker/script-runner.ts'
import type { Answer, ScriptStep } from '../broker/step.ts'
import { storedFiles } from '../broker/stored-files.ts'
import { freePort } from '../harness/ports.ts'
import { ManagedProcess } from '../harness/process.ts'
import { accepts } from '../harness/route-probe.ts'
import type { BrokerLauncher } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'
import { NEWEST } from './java.ts'

const START_LIMIT_MS = 60_000
/** Apache's broker takes longer, with nothing left to write. */
const STOP_LIMIT_MS = 2000
const LITE_SETTINGS = 'enableLmq=true\nenableMultiDispatch=true\nmaxLiteSubscriptionCount=6\n'
const SOON_ON_DISK = 'flushConsumerOffsetInterval=500\nflushDelayOffsetInterval=500\n'
/** All of the log is cold, and groups may read as much of it as they like unless a step says otherwise. */
const ALL_COLD =
  'coldDataFlowControlEnable=true\naccessMessageInMemoryHotRatio=0\ncgColdReadThreshold=1073741824\n'

/** Our broker and Apache's are asked the same; their answers, and then their files, are compared field by field. */
export const brokerAnswersSuite: Suite = {
  name: 'broker-answers',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const { broker } = await context.launchers.apache()
    const asked = await ask(context, broker, {
      script: SCRIPT,
      settings: SOON_ON_DISK + ALL_COLD,
      withFiles: true,
    })
    judgeAnswers(this.name, SCRIPT, asked, context)
    for (const name of asked.apaches.keys()) {
      if (!name.startsWith('file ')) continue
      const { ours, apaches } = asked
      judge(this.name, name, differences([], ours.get(name), apaches.get(name)), context)
    }
  },
}

/** The same about lite topics, of Apache's 5.5.0. */
export const liteAnswersSuite: Suite = {
  name: 'lite-answers',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  onRequest: true,
  async run(context) {
    const { broker } = await context.launchers.apache(NEWEST)
    const asked = await ask(context, broker, { script: LITE, settings: LITE_SETTINGS })
    judgeAnswers(this.name, LITE, asked, context)
  },
}

interface Asking {
  readonly script: readonly ScriptStep[]
  /** Lines of the broker's configuration. */
  readonly settings: string
  /** What lies on the disk afterwards belongs to the answers. */
  readonly withFiles?: boolean
}

interface Asked {
  readonly ours: ReadonlyMap<string, Answer>
  readonly apaches: ReadonlyMap<string, Answer>
}

async function ask(context: SuiteContext, apache: BrokerLauncher, asking: Asking): Promise<Asked> {
  const apaches = await answersOf('apache', apache, asking, context)
  const ours = await answersOf('ours', context.launchers.broker, asking, context)
  return { ours, apaches }
}

function judgeAnswers(
  suite: string,
  script: readonly ScriptStep[],
  { ours, apaches }: Asked,
  context: SuiteContext,
): void {
  for (const step of script) {
    const exempt = 'differs' in step ? (step.differs?.fields ?? []) : []
    const difference = differences(exempt, ours.get(step.name), apaches.get(step.name))
    judge(suite, step.name, difference, context)
  }
}

function judge(suite: string, name: string, difference: string, { report }: SuiteContext): void {
  if (difference === '') report.passed(suite, name, 0)
  else report.fail(suite, name, difference)
}

async function answersOf(
  name: string,
  launch: BrokerLauncher,
  { script, settings, withFiles }: Asking,
  context: SuiteContext,
): Promise<Map<string, Answer>> {
  const directory = path.join(context.directory, name)
  fs.mkdirSync(directory)
  const port = await freePort()
  const command = launch({ directory, port, brokerName: 'broker-a', namesrvAddresses: [] })
  fs.appendFileSync(path.join(directory, 'broker.conf'), settings)
  const server = new ManagedProcess(name, command, path.join(context.directory, `${name}.log`))
  const comparable = new Comparable(port, directory)
  server.start()
  try {
    await waitFor(`${name} is ready`, START_LIMIT_MS, () => accepts(`127.0.0.1:${port}`))
    const answers = await new ScriptRunner(port, comparable).run(script)
    await server.stop(STOP_LIMIT_MS)
    return withFiles ? new Map([...answers, ...storedFiles(directory, comparable)]) : answers
  } finally {
    await server.stop()
  }
}
